"""Tokens, protected tokens, articles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.lexicon.tokens import TOKEN, article_for, protected_tokens, starts, tokenise

# fmt: off
PIECES = st.sampled_from([
    "don't", "can\u2019t", "n't", "it's", "state-of-the-art", "U.S.", "@bob", "#tag", "a.b@c.de", "www.x.org",
    "[id]", "[", "<", "{", "&amp;", "https://x.co/a?b=1", "\u00a31,000", "x" * 3, "\u7535\u5f71", "...", "'", "_",
    "-START-",
])
# fmt: on
SPACES = st.sampled_from(["", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2028", "\x1c", "\u200b", "\x00"])
TEXTS = st.lists(st.tuples(PIECES | st.text(max_size=4), SPACES)).map(
    lambda pairs: "".join(piece + space for piece, space in pairs)
)


@given(TEXTS)
def test_tokens_and_their_starts_are_those_of_the_pattern(text):
    """Looking at what white space parts, piece by piece, finds what one look over the whole text finds."""
    found = [(match.group(), match.start()) for match in TOKEN.finditer(text)]
    assert list(zip(tokenise(text), starts(text, tokenise(text)), strict=True)) == found


def test_contractions_are_split_as_the_tagger_expects():
    """Penn Treebank style: the clitic is a token of its own."""
    assert TOKEN.findall("I don't think it's bob's") == ["I", "do", "n't", "think", "it", "'s", "bob", "'s"]


def test_protected_tokens_are_whole():
    """Addresses, mentions, tags, placeholders, entities, numbers and negation come out in one piece."""
    text = "@bob did not pay £1,000 to a.b@c.de for #art at https://x.co/a?b=1 [id] <url> &amp; 3pm can't"
    assert list(protected_tokens(text)) == [
        "@bob", "not", "1", "000", "a.b@c.de", "#art", "https://x.co/a?b=1", "[id]", "<url>", "&amp;", "3pm",
        "n't",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "article"),
    [
        ("apple", "an"),
        ("hour", "an"),
        ("unit", "a"),
        ("user", "a"),
        ("uncle", "an"),
        ("one-way", "a"),
        ("car", "a"),
    ],
)
def test_articles_follow_the_sound(word, article):
    """Silent h and the sound of `you` are known."""
    assert article_for(word) == article

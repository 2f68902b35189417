"""Tokens, protected tokens, articles."""

import pytest

from datakit.augmentation.lexicon.tokens import TOKEN, article_for, protected_tokens


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

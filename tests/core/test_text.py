import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.text import ENDS, ends_of, non_ascii, normalise, normalised_bytes, word_counts


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Call\t NOW!\n", "call now!"),
        ("\ufb01ne \uff21\uff22", "fine ab"),  # ligature fi, full-width A B
        ("STRASSE", normalise("straße")),
        ("cafe\u0301", normalise("café")),
        ("a\u00a0b", "a b"),  # no-break space
        ("", ""),
        (" \n", ""),
    ],
)
def test_what_does_not_make_a_text_another_one_is_folded_away(text, folded):
    """Case, compatibility forms and runs of white space."""
    assert normalise(text) == folded


@pytest.mark.parametrize(("one", "other"), [("call now", "call now!"), ("no way", "noway"), ("é", "e")])
def test_what_makes_a_text_another_one_stays(one, other):
    """Marks, word limits and accents."""
    assert normalise(one) != normalise(other)


@given(st.lists(st.text() | st.text(st.sampled_from("aB \t\n\x00\x1f\x0b.é"))))
def test_many_texts_are_folded_as_each_alone(texts):
    """Whatever stands beside them: the quick way and the slow way are one notion."""
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    as_bytes = [text.encode() for text in texts]
    assert non_ascii(as_bytes) == [i for i, text in enumerate(texts) if not text.isascii()]
    folded = normalised_bytes(as_bytes, non_ascii(as_bytes))
    assert [text.decode() for text in folded] == [normalise(text) for text in texts]


@given(st.lists(st.text(st.sampled_from("ab \t\x1cé"))))
def test_words_are_what_white_space_divides(texts):
    """An empty text counts as one word: nobody divides by zero."""
    folded = [normalise(text) for text in texts]
    assert word_counts([text.encode() for text in folded]).tolist() == [max(1, len(t.split())) for t in folded]


@given(st.text(), st.integers(0, 3 * ENDS))
def test_the_ends_of_a_text_are_all_of_it_unless_it_is_long(some, chars):
    """Of a long one as much from the beginning as from the end."""
    text = some + "." * chars + some
    ends = ends_of(text)
    if len(text) <= ENDS:
        assert ends == text
    else:
        assert (ends[: ENDS // 2], ends[-ENDS // 2 :]) == (text[: ENDS // 2], text[-ENDS // 2 :])
        assert len(ends) == ENDS + 1

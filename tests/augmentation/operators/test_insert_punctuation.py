"""The operator `insert-punctuation`."""

from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.operators._base import edit
from datakit.augmentation.operators.insert_punctuation import MARKS, WIDE_MARKS, InsertPunctuation
from datakit.core.seeding import rng_for


def variants(text, n):
    """Return the first n variants under a fixed seed."""
    return list(InsertPunctuation().augment(text, rng_for(13, "row", "insert-punctuation"), n))


@given(st.text(alphabet="ab .,é\n\t", max_size=40), st.integers(0, 20))
def test_only_marks_are_added_and_the_stream_is_stable(text, n):
    """Without the inserted marks each variant is its parent; a shorter stream begins the longer one."""
    made = variants(text, 20)
    assert made[:n] == variants(text, n)
    assert len({child.text for child in made} | {text}) == len(made) + 1
    for child in made:
        assert edit(text, child.spans).text == child.text
        assert all(span.start == span.stop and span.text[0] in MARKS for span in child.spans)
        assert len(child.spans) <= max(1, round(len(text.split()) / 3))


def test_every_word_keeps_its_place():
    """Words and their order are the parent's."""
    words = ["Can", "you", "send", "it", "to", "me", "today"]
    for child in variants(" ".join(words), 50):
        assert [word for word in child.text.split() if word not in MARKS] == words


def test_a_text_of_one_word_has_no_variant():
    """There is no place between words, so nothing is yielded."""
    assert variants("hello", 5) == []


def test_a_short_text_ends():
    """Two words have one place and six marks: six variants, then the stream ends."""
    assert len(variants("good bye", 100)) == len(MARKS)


def test_chinese_texts_get_marks_of_their_own():
    """Between Han characters, never beside a mark; the text without the new marks is the old one."""
    text = "很快好吃\uff0c味道足 very good\uff0c量大"
    made = list(InsertPunctuation().augment(text, rng_for(13, "zh"), 20))
    assert len({child.text for child in made}) == 20
    assert {span.text for child in made for span in child.spans} <= {*WIDE_MARKS, *(f"{mark} " for mark in MARKS)}
    wide = [span.start for child in made for span in child.spans if span.text in WIDE_MARKS]
    assert set(wide) == {1, 2, 3, 6, 7, 20}
    assert all(edit(text, child.spans) == child for child in made)

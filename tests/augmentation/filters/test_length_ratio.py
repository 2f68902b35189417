"""The filter `length-ratio`."""

import pytest

from datakit.augmentation.filters.length_ratio import LengthRatio


@pytest.mark.parametrize(
    ("before", "after", "kept"), [(10, 15, True), (10, 16, False), (15, 10, True), (16, 10, False), (1, 2, True)]
)
def test_the_longer_text_has_half_as_many_words_more_at_most(before, after, kept):
    """And one word more or less never matters."""
    reason = LengthRatio().keep("word " * before, "word " * after)
    assert reason == (None if kept else f"{before} words became {after}")


def test_characters_count_where_words_are_not_spaced():
    """A sentence of Chinese is no single word."""
    assert LengthRatio().keep("我们昨天去了北京", "我们") == "8 words became 2"


def test_marks_are_no_words():
    """Punctuation put in does not lengthen a text."""
    assert LengthRatio().keep("see you there", "see ! you ; there ?") is None

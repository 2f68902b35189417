"""The filter `repetition`."""

from datakit.augmentation.filters.repetition import Repetition


def test_a_new_stutter_rejects():
    """Two equal words in a row that the source does not have are rejected."""
    assert Repetition().keep("a large big house", "a big Big house") == "repeats a word"


def test_the_writers_own_stutter_is_kept():
    """What the source repeats may stay."""
    assert Repetition().keep("very very good", "very very fine") is None

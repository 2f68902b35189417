"""The filter `repetition`."""

import pytest

from datakit.augmentation.filters.repetition import Repetition


def test_a_new_stutter_rejects():
    """Two equal words in a row that the source does not have are rejected."""
    assert Repetition().keep("a large big house", "a big Big house") == "repeats a word"


def test_the_writers_own_stutter_is_kept():
    """What the source repeats may stay."""
    assert Repetition().keep("very very good", "very very fine") is None


def test_a_phrase_that_runs_on_rejects():
    """The loops of a decoder."""
    source = "I do not know what to say about it"
    assert Repetition().keep(source, "I do not know I do not know what to say") == "repeats a phrase"
    assert Repetition().keep(source, "do not know, I do not say") is None


@pytest.mark.parametrize("debris", ["<unk>", "\u2047", "\ufffd"])
def test_debris_of_a_decoder_rejects(debris):
    """Unless the source has it too."""
    assert Repetition().keep("a fine day", f"a {debris} day") == f"holds {debris!r}"
    assert Repetition().keep(f"a {debris} day", f"one {debris} day") is None

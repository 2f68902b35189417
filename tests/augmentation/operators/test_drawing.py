"""Streams of distinct edits."""

from itertools import cycle, islice

from datakit.augmentation.operators._base import Span
from datakit.augmentation.operators._drawing import distinct


def test_each_text_comes_once_and_never_the_parent():
    """Draws that say nothing new are passed over."""
    draws = [[Span(0, 1, "b")], [Span(0, 1, "a")], [], [Span(0, 1, "b")], [Span(0, 1, "c")]]
    assert [child.text for child in distinct("a", draws)] == ["b", "c"]


def test_endless_draws_end():
    """A text is exhausted when its draws only repeat."""
    draws = cycle([[Span(0, 1, "b")], [Span(0, 1, "c")]])
    assert [child.text for child in distinct("a", draws)] == ["b", "c"]
    assert list(distinct("a", cycle([[]]))) == []


def test_draws_are_made_as_they_are_asked_for():
    """The first edit takes no more draws than it needs."""
    draws = iter([[Span(0, 1, "b")], [Span(0, 1, "c")]])
    assert [child.text for child in islice(distinct("a", draws), 1)] == ["b"]
    assert next(draws) == [Span(0, 1, "c")]

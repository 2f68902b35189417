"""Edits."""

from datakit.augmentation.operators._base import Span, edit


def test_an_edit_replaces_its_spans_only():
    """Text outside the spans is copied as it is."""
    made = edit("a  large\ttown ", [Span(0, 1, "an"), Span(3, 8, "enormous")])
    assert made.text == "an  enormous\ttown "

import pytest

from datakit.validation.checks._base import percent, share, shortened


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(1, 3, 0.3333), (0, 5, 0.0), (5, 5, 1.0), (1, 0, 0.0), (3, 1_000_000, 3e-06)]
)
def test_a_share_has_four_digits_that_count(part, whole, expected):
    """Three rows of a million are not none; of nothing every share is none."""
    assert share(part, whole) == expected


@pytest.mark.parametrize(
    ("part", "told"), [(0.0, "0.0%"), (3e-06, "<0.1%"), (0.0005, "0.1%"), (0.125, "12.5%"), (1.0, "100.0%")]
)
def test_a_small_share_is_not_told_as_none(part, told):
    """What would be rounded to 0.0% is said to be below 0.1%."""
    assert percent(part) == told


def test_a_long_text_is_cut():
    """At 120 characters, the last of them an ellipsis."""
    assert shortened("a" * 120) == "a" * 120
    assert shortened("a" * 121) == "a" * 119 + "…"

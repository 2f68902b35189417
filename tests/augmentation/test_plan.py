"""Targets become counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.plan import FORMS, wanted_counts
from datakit.core.errors import UsageError

COUNTS = {"ham": 100, "spam": 10, "news": 40}


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("balanced", {"ham": 100, "news": 100, "spam": 100}),
        ("none", {"ham": 100, "news": 40, "spam": 10}),
        ("ratio=4", {"ham": 100, "news": 40, "spam": 25}),
        ("ratio=3", {"ham": 100, "news": 40, "spam": 34}),
        ("count=50", {"ham": 100, "news": 50, "spam": 50}),
        ("majority-share=0.5", {"ham": 100, "news": 50, "spam": 50}),
        ("majority-share=0.6", {"ham": 100, "news": 40, "spam": 27}),
        ({"spam": 30}, {"ham": 100, "news": 40, "spam": 30}),
        ({"ham": 5}, {"ham": 100, "news": 40, "spam": 10}),
    ],
)
def test_targets(target, wanted):
    """Each form of a target gives the least counts that meet it, and takes no row away."""
    assert wanted_counts(COUNTS, target) == wanted


@pytest.mark.parametrize("target", ["balance", "ratio=0.5", "ratio=x", "count=-1", "majority-share=1", "none=1"])
def test_unknown_targets_list_the_known_forms(target):
    """A target that cannot be read names every form."""
    with pytest.raises(UsageError) as error:
        wanted_counts(COUNTS, target)
    assert all(form in str(error.value) for form in FORMS)


def test_an_impossible_share_says_what_is_possible():
    """Three classes cannot all hold less than a third."""
    with pytest.raises(UsageError, match=r"at least 0\.333"):
        wanted_counts(COUNTS, "majority-share=0.2")


def test_unknown_labels_suggest_the_nearest():
    """All problems of a mapping are told at once."""
    with pytest.raises(UsageError) as error:
        wanted_counts(COUNTS, {"spma": 3, "news": -1})
    assert "did you mean 'spam'?" in str(error.value)
    assert "target.news" in str(error.value)


@given(
    counts=st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 10_000), min_size=2, max_size=6),
    share=st.floats(0.01, 0.99),
)
def test_a_share_is_met_by_the_least_level(counts, share):
    """The largest class holds at most the share, and one row a class less would not do."""
    target = f"majority-share={share}"
    if share * len(counts) < 1:
        with pytest.raises(UsageError):
            wanted_counts(counts, target)
        return
    wanted = wanted_counts(counts, target)
    largest = max(counts.values())
    assert largest <= share * sum(wanted.values()) + 1e-3
    raised = sum(wanted[label] > counts[label] for label in counts)
    if raised:
        assert largest > share * (sum(wanted.values()) - raised) - 1e-3

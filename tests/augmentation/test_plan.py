"""Targets become counts, and counts new rows of each kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation.plan import FORMS, GROWTH, Stock, carrying, divided, quotas, room_left, wanted_counts
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


def stocks_of(rows):
    """Return a stock of each kind, given rows by labels in one word."""
    return {tuple(kind): Stock(rows=n) for kind, n in rows.items()}


def test_rows_with_lacking_labels_only_come_first():
    """The common label C grows only by what nothing else could give; R is the rarest and served first."""
    before, wanted = {"C": 100, "L": 10, "R": 4}, {"C": 100, "L": 30, "R": 30}
    new = quotas(stocks_of({"CR": 2, "L": 8, "LR": 1, "R": 1}), before, wanted, 10)
    assert new == {("L",): 10, ("L", "R"): 10, ("R",): 10, ("C", "R"): 6}
    assert carrying(new, before) == {"C": 6, "L": 20, "R": 26}


def test_a_common_label_grows_by_a_tenth_at_most():
    """What would need more of it is left undone."""
    before = {"C": 100, "R": 5}
    new = quotas(stocks_of({"CR": 5}), before, {"C": 100, "R": 100}, 20)
    assert new == {("C", "R"): 10}
    assert room_left(new, before, {"C": 100, "R": 100}) == {"C": 0, "R": 85}


def test_children_are_planned_evenly():
    """Kinds get new rows in proportion to their rows."""
    before, wanted = {"L": 30, "M": 10}, {"L": 60, "M": 1000}
    assert quotas(stocks_of({"L": 20, "LM": 10}), before, wanted, 1) == {("L",): 20, ("L", "M"): 10}


def test_spent_kinds_keep_what_they_have():
    """Others are asked for the rest."""
    stocks = {("L",): Stock(rows=5, made=3, spent=True), ("L", "M"): Stock(rows=5, made=2)}
    before, wanted = {"L": 10, "M": 40}, {"L": 18, "M": 80}
    assert quotas(stocks, before, wanted, 20) == {("L",): 3, ("L", "M"): 5}


@given(
    rows=st.dictionaries(st.frozensets(st.sampled_from("abcd"), min_size=1), st.integers(1, 60), min_size=1),
    floor=st.integers(0, 150),
    max_per_row=st.integers(1, 8),
)
def test_no_label_passes_its_limit_and_none_is_short_without_a_reason(rows, floor, max_per_row):
    """Lacking labels never exceed the target; where one is short, each kind is used up or holds a full label."""
    stocks = stocks_of({"".join(sorted(kind)): n for kind, n in rows.items()})
    before = {label: n for label, n in carrying({k: s.rows for k, s in stocks.items()}, "abcd").items() if n}
    wanted = {label: max(n, floor) for label, n in before.items()}
    new = quotas(stocks, before, wanted, max_per_row)
    gained, room = carrying(new, before), room_left(new, before, wanted)
    assert all(0 <= n <= max_per_row * stocks[kind].rows for kind, n in new.items())
    for label, n in before.items():
        assert gained[label] <= (wanted[label] - n if wanted[label] > n else GROWTH * n)
        if n + gained[label] < wanted[label]:
            for kind in stocks:
                used_up = new[kind] == max_per_row * stocks[kind].rows
                assert label not in kind or used_up or min(room[one] for one in kind) == 0


@given(st.integers(0, 500), st.lists(st.integers(1, 9).map(lambda n: n / 10), min_size=1, max_size=5))
def test_rows_are_divided_by_weights(n, weights):
    """All of them, and each part is within one of its share."""
    shares = divided(n, weights)
    assert sum(shares) == n
    assert all(
        abs(share - n * weight / sum(weights)) < 1 + 1e-9 for share, weight in zip(shares, weights, strict=True)
    )


def test_the_largest_remainders_get_the_rest():
    """Of equal ones the first."""
    assert divided(10, [3, 1]) == [8, 2]
    assert divided(3, [0.1, 0.2, 0.3]) == [1, 1, 1]
    assert divided(0, [1]) == [0]

from datakit.core.findings import Severity
from datakit.testing import find

LONG = "please send the parcel to my new address in the old town before friday noon"
SHORT = ["apples", "pears", "plums", "figs", "dates", "limes", "melons", "cherries"]


def distinct(n: int) -> list[tuple[str, str]]:
    """Return texts that share nothing."""
    return [
        (f"{word}{i} grow{i} where{i} it{i} rains{i}", "a") for i in range(n) for word in SHORT[i % 8 : i % 8 + 1]
    ]


def test_both_rows_of_a_pair_are_found():
    """One word makes the difference; a copy of either is near the other too."""
    train = [*distinct(20), (LONG, "a"), (LONG.replace("noon", "evening"), "a"), (LONG.upper(), "a")]
    (finding,) = find("near-duplicate-text", train=train)
    assert finding.lines == (21, 22, 23)
    assert finding.split == "train"
    assert finding.evidence["example"] == [LONG, LONG.replace("noon", "evening")]


def test_many_close_doubles_are_a_warning():
    """Above `warn_share` of the rows; a few are a remark."""
    train = [*distinct(95), *[(f"{LONG} {word}", "a") for word in SHORT[:5]]]
    (remark,) = find("near-duplicate-text", train=train)
    assert (remark.severity, remark.evidence["close"]) == (Severity.INFO, 4)
    (warning,) = find("near-duplicate-text", train=train, options={"warn_share": 0.03})
    assert warning.severity is Severity.WARNING


def test_splits_are_looked_at_on_their_own():
    """A double in another split is leakage, not repetition."""
    assert find("near-duplicate-text", train=[(LONG, "a")], test=[(f"{LONG} please", "a")]) == []

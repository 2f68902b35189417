from datakit.core.findings import Severity
from datakit.testing import find


def test_later_copies_are_found_and_the_first_is_not():
    """Exact ones are counted apart from those that are equal after folding only."""
    train = [("Call now!", "spam"), ("see you", "ham"), ("call  NOW!", "spam"), ("Call now!", "ham")]
    (finding,) = find("duplicate-text", train=train)
    assert finding.message == "2 rows repeat an earlier text (50.0%)"
    assert finding.lines == (3, 4)
    assert finding.evidence == {"rows": 2, "share": 0.5}
    assert (finding.severity, finding.split) == (Severity.WARNING, "train")


def test_the_order_of_the_rows_changes_no_figure():
    """A copy is exact if any earlier row has its very characters, not only the first of its kind."""
    (one,) = find("duplicate-text", train=[("A", "x"), ("a", "x"), ("a", "x")])
    (other,) = find("duplicate-text", train=[("a", "x"), ("a", "x"), ("A", "x")])
    assert one.evidence == other.evidence == {"rows": 2, "share": 0.6667}


def test_a_few_copies_are_a_remark():
    """Up to one in a hundred; `warn_share` moves it."""
    train = [(f"text {i}", "ham") for i in range(99)]
    (remark,) = find("duplicate-text", train=[*train, train[0]])
    assert (remark.severity, remark.lines) == (Severity.INFO, (100,))
    (warning,) = find("duplicate-text", train=[*train[:-1], train[0]])
    assert warning.severity is Severity.WARNING
    (moved,) = find("duplicate-text", train=[*train[:-1], train[0]], options={"warn_share": 0.02})
    assert moved.severity is Severity.INFO


def test_copies_across_splits_are_not_its_matter():
    """They are a matter of `split-leakage`."""
    assert find("duplicate-text", train=[("a", "x"), ("b", "x")], test=[("a", "x")]) == []


def test_each_split_has_a_finding_of_its_own():
    """In the order of the splits."""
    twice = [("a", "x"), ("a", "x")]
    assert [f.split for f in find("duplicate-text", train=twice, validation=[], test=twice)] == ["train", "test"]

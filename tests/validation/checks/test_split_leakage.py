from datakit.core.findings import Severity
from datakit.testing import find


def test_held_out_texts_that_stand_in_train_are_found():
    """Compared after folding; the rows are those of the held-out split."""
    train = [("See you", "ham"), ("win a prize", "spam")]
    (finding,) = find(
        "split-leakage", train=train, test=[("new", "ham"), ("see  YOU", "spam"), ("See you", "ham")]
    )
    assert finding.message == "2 rows of test also stand in train"
    assert finding.fix == "datakit split takes them out of train"
    assert finding.evidence == {"rows": 2, "share": 0.6667, "seen_in": "train"}
    assert (finding.split, finding.lines) == ("test", (2, 3))
    assert finding.severity is Severity.WARNING


def test_every_pair_of_splits_is_compared():
    """A text in all three leaks three times."""
    row = [("a", "x")]
    found = find("split-leakage", train=row, validation=row, test=row)
    assert [(f.evidence["seen_in"], f.split) for f in found] == [
        ("train", "validation"),
        ("train", "test"),
        ("validation", "test"),
    ]
    assert found[0].message == "1 row of validation also stands in train"


def test_different_texts_do_not_leak():
    """Nor do copies inside one split, or an empty split."""
    assert find("split-leakage", train=[("a", "x"), ("a", "x")], validation=[], test=[("a.", "x")]) == []
    assert find("split-leakage", train=[("a", "x")]) == []

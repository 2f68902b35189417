from datakit.core.findings import Severity
from datakit.testing import find

TRAIN = [("a", "ham"), ("b", "Misc"), ("c", "spam"), ("d", "Misc"), ("e", "ham"), ("f", "ham")]


def test_labels_that_a_held_out_split_lacks_are_found():
    """With the rows to learn from that nobody will test."""
    (finding,) = find("untested-label", train=TRAIN, test=[("g", "ham")])
    assert finding.message == "test lacks 2 labels of train: 'Misc' (2), 'spam' (1)"
    assert finding.evidence == {
        "labels": {"Misc": 2, "spam": 1},
        "missing_from": "test",
        "rows": 3,
        "share": 0.5,
    }
    assert (finding.severity, finding.split, finding.lines) == (Severity.WARNING, "train", (2, 3, 4))


def test_each_held_out_split_is_looked_at():
    """A class in the test alone cannot be chosen by, one in the validation alone cannot be reported."""
    found = find(
        "untested-label", train=TRAIN, validation=[("g", "ham"), ("h", "Misc")], test=[("i", "ham"), ("j", "spam")]
    )
    assert [(f.evidence["missing_from"], list(f.evidence["labels"])) for f in found] == [
        ("validation", ["spam"]),
        ("test", ["Misc"]),
    ]


def test_splits_that_are_not_there_lack_nothing():
    """`datakit split` will make them; an empty one is none."""
    assert find("untested-label", train=TRAIN) == []
    assert find("untested-label", train=TRAIN, test=[]) == []


def test_labels_that_train_lacks_are_another_matter():
    """See unseen-label."""
    assert find("untested-label", train=[("a", "ham")], test=[("b", "ham"), ("c", "new")]) == []

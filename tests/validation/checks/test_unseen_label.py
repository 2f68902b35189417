from datakit.core.findings import Severity
from datakit.testing import find


def test_labels_that_train_lacks_are_an_error():
    """All figures on them are meaningless."""
    (finding,) = find(
        "unseen-label",
        train=[("a", "0"), ("b", "1")],
        test=[("c", "ham"), ("d", "0"), ("e", "spam"), ("f", "spam")],
    )
    assert finding.message == "test has labels that train lacks: 'spam', 'ham'"
    assert finding.evidence == {"labels": ["spam", "ham"], "rows": 3, "known": ["0", "1"]}
    assert (finding.severity, finding.split, finding.lines) == (Severity.ERROR, "test", (1, 3, 4))


def test_labels_that_a_held_out_split_lacks_are_fine():
    """A small split need not hold every class; a row without a label has none that is unseen."""
    train = [("a", "0"), ("b", "1")]
    assert find("unseen-label", train=train, validation=[("c", "1"), ("d", None)], test=[]) == []


def test_the_message_names_five_labels():
    """The evidence holds all."""
    (finding,) = find("unseen-label", train=[("t", "x")], test=[(f"text {label}", label) for label in "abcdef"])
    assert finding.message == "test has labels that train lacks: 'a', 'b', 'c', 'd', 'e'"
    assert finding.evidence["labels"] == list("abcdef")


def test_labels_are_compared_as_they_are_written():
    """`Ham` and `ham` are two classes to a model."""
    found = find("unseen-label", train=[("a", "ham")], validation=[("b", "Ham")], test=[("c", "ham ")])
    assert [(f.split, f.evidence["labels"]) for f in found] == [("validation", ["Ham"]), ("test", ["ham "])]

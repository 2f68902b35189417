from datakit.core.findings import Severity
from datakit.testing import find


def test_all_rows_of_a_text_with_several_labels_are_found():
    """Texts are compared after folding; the example is the first such text as written."""
    train = [
        ("Great!", "pos"),
        ("fine", "pos"),
        ("great!", "neg"),
        ("GREAT!", "pos"),
        ("meh", "neg"),
        ("meh", "pos"),
    ]
    (finding,) = find("conflicting-labels", train=train)
    assert finding.message == "2 texts carry more than one label (5 rows)"
    assert finding.lines == (1, 3, 4, 5, 6)
    assert finding.evidence == {
        "texts": 2,
        "rows": 5,
        "share": 0.8333,
        "example": {"text": "Great!", "labels": ["neg", "pos"]},
    }
    assert (finding.severity, finding.split) == (Severity.WARNING, "train")


def test_copies_with_one_label_do_not_conflict():
    """They are a matter of `duplicate-text`."""
    assert find("conflicting-labels", train=[("great", "pos"), ("great", "pos"), ("bad", "neg")]) == []


def test_each_split_is_judged_on_its_own():
    """A text that changes its label between splits is a leak first of all."""
    given = [("great", "pos"), ("great", "neg")]
    (finding,) = find("conflicting-labels", train=given[:1], validation=given[1:], test=given)
    assert (finding.split, finding.lines) == ("test", (1, 2))


def test_a_long_text_is_cut_in_the_example():
    """200 characters are enough to know it again."""
    (finding,) = find("conflicting-labels", train=[("a" * 300, "pos"), ("a" * 300, "neg")])
    assert finding.message == "1 text carries more than one label (2 rows)"
    assert finding.evidence["example"]["text"] == "a" * 119 + "…"

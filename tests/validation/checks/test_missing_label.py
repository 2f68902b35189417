import pytest

from datakit.core.findings import Severity
from datakit.testing import find


def test_rows_without_a_label_are_found():
    """Null, empty or blank."""
    train = [("a", "ham"), ("b", ""), ("c", None), ("d", " \t")]
    (finding,) = find("missing-label", train=train)
    assert finding.message == "3 rows have no label (75.0%)"
    assert finding.lines == (2, 3, 4)
    assert {"rows": 3, "share": 0.75}.items() <= finding.evidence.items()
    assert (finding.severity, finding.split) == (Severity.WARNING, "train")


@pytest.mark.parametrize("label", ["0", "nan", "None", "false"])
def test_odd_labels_are_labels(label):
    """`None` may well be the name of a class."""
    assert find("missing-label", train=[("a", label)]) == []


def test_a_missing_text_is_not_its_matter():
    """It looks at the label alone, in each split."""
    assert find("missing-label", train=[(None, "ham")], test=[]) == []
    (finding,) = find("missing-label", train=[(None, "ham")], test=[("a", None)])
    assert (finding.split, finding.message) == ("test", "1 row has no label (100.0%)")

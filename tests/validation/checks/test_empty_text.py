import pytest

from datakit.core.findings import Severity
from datakit.testing import find


def test_rows_without_a_text_are_found():
    """Null, empty, or nothing but white space of any script."""
    train = [("hello", "ham"), ("", "ham"), (None, "spam"), (" \t\n\u00a0\u3000", "spam")]
    (finding,) = find("empty-text", train=train)
    assert finding.message == "3 rows have no text (75.0%)"
    assert finding.lines == (2, 3, 4)
    assert finding.evidence == {"rows": 3, "share": 0.75, "examples": [" \t\n\u00a0\u3000"]}
    assert (finding.severity, finding.split) == (Severity.WARNING, "train")


@pytest.mark.parametrize("text", ["0", "nan", ".", "null", "\u200d"])
def test_short_texts_are_texts(text):
    """A word such as `nan` was written by somebody."""
    assert find("empty-text", train=[(text, "ham")]) == []


def test_a_missing_label_is_not_its_matter():
    """It looks at the text alone, in each split."""
    assert find("empty-text", train=[("hello", None)], test=[]) == []
    (finding,) = find("empty-text", train=[("hello", None)], test=[(None, None)])
    assert (finding.split, finding.message) == ("test", "1 row has no text (100.0%)")

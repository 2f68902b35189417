import pytest

from datakit.core.findings import Severity
from datakit.core.quarantine import Reject
from datakit.validation.rejected import rejected


def reject(line, code="unreadable-line", reason="no JSON"):
    """Return a reject of one line."""
    return Reject(line=line, code=code, reason=reason, raw="{")


def test_each_kind_of_fault_is_one_finding():
    """It names the first line, counts the others and lists all."""
    rejects = [reject(3), reject(5, "too-long", "2 MB"), reject(9), reject(12)]
    one, other = rejected(rejects, "train")
    assert (one.code, one.message, one.lines) == ("too-long", "line 5: 2 MB", (5,))
    assert (other.code, other.lines, other.split) == ("unreadable-line", (3, 9, 12), "train")
    assert other.message == "line 3: no JSON, and 2 more"
    assert other.evidence == {"rows": 3, "reasons": ["no JSON"] * 3}
    assert other.severity is Severity.WARNING


@pytest.mark.parametrize("code", ["mixed-label-types", "wrong-text-type"])
def test_a_wrong_type_is_an_error(code):
    """Two sources were mixed: the rows that did pass are in doubt."""
    (finding,) = rejected([reject(1, code, "a number")], "test")
    assert (finding.code, finding.severity, finding.split) == (code, Severity.ERROR, "test")
    assert "quarantine" not in finding.fix


def test_a_reject_without_a_line_is_told_without_one():
    """Rows that no file holds have no line."""
    (finding,) = rejected([reject(None), reject(None)], "train")
    assert (finding.message, finding.lines) == ("no JSON, and 1 more", ())
    assert finding.evidence["rows"] == 2


def test_nothing_rejected_is_nothing_found():
    """A clean file has no findings here."""
    assert list(rejected([], "train")) == []


def test_reasons_are_samples():
    """The first five will do."""
    (finding,) = rejected([reject(i, reason=f"fault {i}") for i in range(1, 9)], "train")
    assert finding.evidence["reasons"] == [f"fault {i}" for i in range(1, 6)]
    assert len(finding.lines) == 8

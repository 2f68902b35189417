import pytest

from datakit.core.findings import Finding, Report, Severity


def finding(code: str, severity: Severity) -> Finding:
    """Return a finding of no further interest."""
    return Finding(code=code, severity=severity, message="m", fix="f")


def test_only_errors_that_were_not_accepted_count():
    """Warnings never stop a run; an accepted error does not either, by its code alone."""
    report = Report(
        stage="validate",
        findings=(
            finding("a", Severity.WARNING),
            finding("b", Severity.ERROR),
            finding("c", Severity.ERROR),
            finding("d", Severity.INFO),
        ),
    )
    assert [f.code for f in report.errors()] == ["b", "c"]
    assert [f.code for f in report.errors(frozenset({"c", "a"}))] == ["b"]


def test_findings_never_change():
    """What was found is evidence."""
    with pytest.raises(AttributeError):
        finding("a", Severity.INFO).code = "b"

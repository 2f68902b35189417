"""The gate, with the real Great Expectations."""

import json
import subprocess
import sys

import pytest

from datakit.core.errors import InputError
from datakit.core.findings import Severity
from datakit.validation.suites import judge

BETWEEN = "expect_column_values_to_be_between"
CONFLICTS = "expect_conflicting_share_to_be_at_most"
FIGURES = {"rows": 10, "conflicting_share": 0.25, "broken": float("nan"), "label_counts": {"ham": 10}}


def expectation(kind=BETWEEN, column="rows", meta=None, severity="critical", **kwargs):
    """Return an expectation as it stands in a suite."""
    return {"type": kind, "kwargs": {"column": column, **kwargs}, "severity": severity, "meta": meta or {}}


@pytest.fixture
def gate(tmp_path):
    """Give a function that judges FIGURES by expectations."""

    def judged(*expectations):
        suite = tmp_path / "suite.json"
        suite.write_text(json.dumps({"name": "suite", "expectations": expectations}), encoding="utf-8")
        return list(judge(FIGURES, suite))

    return judged


def test_a_suite_that_is_met_finds_nothing(gate):
    """The limits themselves are met; no expectations are met by anything."""
    assert gate(expectation(min_value=10, max_value=10), expectation("expect_column_values_to_not_be_null")) == []
    assert gate() == []


def test_an_unmet_expectation_is_a_finding_with_its_figures(gate):
    """`meta` gives the code to accept it by, and the fix."""
    (finding,) = gate(expectation(min_value=50, meta={"code": "too-few-rows", "fix": "label more"}))
    assert (finding.code, finding.fix, finding.severity) == ("too-few-rows", "label more", Severity.ERROR)
    assert finding.message == "rows: 10, the gate asks for at least 50"
    assert finding.evidence == {"expectation": BETWEEN, "observed": 10, "column": "rows", "min_value": 50}


def test_an_expectation_may_do_without_code_and_fix(gate):
    """Then both are general; a share is told as a number."""
    (finding,) = gate(expectation(column="conflicting_share", max_value=0.01))
    assert finding.code == "unmet-expectation"
    assert finding.fix == "mend the data, or edit the suite"
    assert finding.message == "conflicting share: 0.25, the gate asks for at most 0.01"


def test_an_expectation_of_ours_tells_its_figure_too(gate):
    """Like one of Great Expectations' own on a column."""
    (finding,) = gate({"type": CONFLICTS, "kwargs": {"max_value": 0.01}, "meta": {"code": "conflicting-labels"}})
    assert (finding.code, finding.severity) == ("conflicting-labels", Severity.ERROR)
    assert finding.message == "conflicting share: 0.25, the gate asks for at most 0.01"
    assert finding.evidence == {"expectation": CONFLICTS, "observed": 0.25, "max_value": 0.01}
    assert gate({"type": CONFLICTS, "kwargs": {"max_value": 0.25}}) == []


def test_findings_stand_in_the_order_of_the_suite(gate):
    """Two expectations that differ in nothing but their code are two."""
    codes = ["z", "a", "m"]
    found = gate(*(expectation(min_value=50, meta={"code": code}) for code in codes))
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("critical", Severity.ERROR), ("warning", Severity.WARNING), ("info", Severity.INFO)],
)
def test_severities_are_translated(gate, severity, expected):
    """Only critical ones stop a run."""
    (finding,) = gate(expectation(min_value=50, severity=severity))
    assert finding.severity is expected


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (expectation("expect_column_values_to_be_betwen", min_value=1), f"did you mean '{BETWEEN}'?"),
        (expectation("zzz", min_value=1), "unknown expectation 'zzz'"),
        (expectation(min_valu=1), "min_valu"),
        (expectation(min_value="many"), "min_value"),
        (expectation(column="row", min_value=1), '"row" in BatchData does not exist. (figures: rows, conf'),
        (expectation(column="label_counts", min_value=1), '"label_counts" in BatchData does not exist'),
        (expectation(column="broken", min_value=1), '"broken" in BatchData does not exist'),
        (expectation(min_value={"$PARAMETER": "least"}), "least"),
        ({"type": "expect_conflicting_share_to_be_at_mots", "kwargs": {}}, f"did you mean {CONFLICTS!r}?"),
        ({"type": CONFLICTS, "kwargs": {}}, "max_value"),
        ({"type": CONFLICTS, "kwargs": {"max_value": 25}}, "max_value"),
        ({"type": CONFLICTS, "kwargs": {"max_value": 0.25, "mostly": 0.5}}, "mostly"),
        ({"type": "expect_leaked_rows_to_be_at_most", "kwargs": {"max_value": 0}}, "no figure 'leaked_rows'"),
        (expectation(min_value=1, severity="fatal"), "Invalid severity 'fatal'"),
        ({"type": BETWEEN, "kwargs": None}, "kwargs must be a dict"),
        ({**expectation(min_value=50), "meta": "too-few-rows"}, "meta"),
        (expectation(min_value=50, meta={"code": None}), "code"),
        (expectation(min_value=50, meta={"fix": 5}), "fix"),
    ],
)
def test_an_expectation_that_cannot_be_judged_fails_the_gate(gate, broken, why):
    """As an error of its own, whatever its severity; those beside it are judged."""
    unusable, unmet = sorted(
        gate(expectation(min_value=50, meta={"code": "a"}), broken), key=lambda f: f.code, reverse=True
    )
    assert (unmet.code, unusable.code, unusable.severity) == ("a", "unusable-expectation", Severity.ERROR)
    assert unusable.message.startswith("suite.json, expectation 2: ")
    assert why in unusable.message
    assert unusable.evidence["expectation"]["type"] == broken["type"]


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'{"expectations": [}', r"suite\.json:1:19"),
        (b'{"expectations": [{"type": "a"}], "expectations": []}', "'expectations' twice in one object"),
        (b"[]", "not a suite"),
        (b"{}", "not a suite"),
        (b'{"expectations": null}', "not a suite"),
        (b'{"expectations": ["rows"]}', "not a suite"),
        (b'{"expectations": [{"kwargs": {}}]}', "not a suite"),
        (b"\xff\xfe", "suite"),
        (None, "No such file"),
    ],
)
def test_what_is_no_suite_is_an_error(tmp_path, content, where):
    """Where, and what to write."""
    suite = tmp_path / "suite.json"
    if content is not None:
        suite.write_bytes(content)
    with pytest.raises(InputError, match=where):
        list(judge(FIGURES, suite))


def test_nothing_is_asked_of_the_network(tmp_path):
    """Neither on import of Great Expectations nor when it judges."""
    suite = tmp_path / "suite.json"
    suite.write_text(json.dumps({"expectations": [expectation(min_value=1)]}), encoding="utf-8")
    code = f"""
import pathlib, sys
words = ("connect", "getaddrinfo", "gethostbyname", "sendto", "sendmsg")
asked = []
sys.addaudithook(lambda event, args: asked.append(event) if event in {{f"socket.{{w}}" for w in words}} else None)
from datakit.validation.suites import judge
assert list(judge({{"rows": 5}}, pathlib.Path({str(suite)!r}))) == []
assert "great_expectations" in sys.modules
print(asked)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603
    assert ran.stdout.strip() == "[]"

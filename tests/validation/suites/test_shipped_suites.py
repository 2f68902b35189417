"""The suites in `expectations/`."""

import json
from pathlib import Path

import pytest

from datakit.cli.main import run
from datakit.core.corpus import Splits
from datakit.testing import corpus
from datakit.validation import digest
from datakit.validation.profile import profile
from datakit.validation.split_profile import profile_of_splits
from datakit.validation.suites import judge

FOLDER = Path(__file__).resolve().parents[3] / "expectations"
SUITES = sorted(path.name for path in FOLDER.iterdir())


def rows(first, n):
    """Return n different rows in two classes of one size, numbered from `first`."""
    return corpus([(f"text {i}", "ab"[i % 2]) for i in range(first, first + n)])


WHOLE = profile(digest(rows(0, 60)))
SPLITS = profile_of_splits(Splits({"train": rows(0, 60), "validation": rows(60, 20), "test": rows(80, 100)}))
GOOD = {"raw.json": WHOLE, "training_ready.json": SPLITS, "augmented.json": SPLITS}

# Each figure is one step beyond its limit.
BAD = {
    "raw.json": {
        "rows": 49,
        "quarantined_share": 0.51,
        "classes": 1,
        "distinct_share_of_labels": 0.51,
        "min_class_rows": 2,
        "conflicting_share": 0.011,
    },
    "training_ready.json": {
        "leaked_rows": 1,
        "augmented_held_out_rows": 1,
        "unseen_labels": 1,
        "classes": 1,
        "validation_rows": 0,
        "test_rows": 0,
        "conflicting_share": 0.011,
        "min_class_rows_held_out": 0,
        "min_class_rows": 7,
        "imbalance_ratio": 9.01,
    },
    "augmented.json": {
        "augmented_held_out_rows": 1,
        "orphaned_rows": 1,
        "leaked_rows": 1,
        "augmented_conflicting_rows": 1,
        "augmented_duplicate_rows": 1,
        "target_filled_share": 0.89,
        "augmented_share": 0.81,
    },
}


@pytest.mark.parametrize("suite", SUITES)
def test_good_data_passes(suite):
    """A few dozen rows in two classes are enough."""
    assert list(judge(GOOD[suite], FOLDER / suite)) == []


@pytest.mark.parametrize("suite", SUITES)
def test_every_expectation_judges(suite):
    """Figures that are wrong in every way give one finding an expectation, in its severity, with code and fix."""
    found = list(judge(BAD[suite], FOLDER / suite))
    declared = json.loads((FOLDER / suite).read_text(encoding="utf-8"))["expectations"]
    assert [(f.code, f.fix) for f in found] == [(e["meta"]["code"], e["meta"]["fix"]) for e in declared]
    severities = {"critical": "error", "warning": "warning"}
    assert [f.severity for f in found] == [severities[e["severity"]] for e in declared]


@pytest.mark.usefixtures("project")
def test_init_lays_them_down():
    """To be edited; they are the same files."""
    assert run(["init"]) == 0
    assert {p.name: p.read_bytes() for p in Path("expectations").iterdir()} == {
        name: (FOLDER / name).read_bytes() for name in GOOD
    }


SUITE = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "rows", "min_value": 1000}}


@pytest.mark.parametrize(
    ("content", "exit_code", "told"),
    [
        ({"expectations": [{**SUITE, "severity": "info"}]}, 0, "unmet-expectation"),
        ({"expectations": [SUITE]}, 3, "unmet-expectation"),
        ({"expectations": [{**SUITE, "type": "expect_nothing", "severity": "info"}]}, 3, "unusable-expectation"),
        ({"expectation": [SUITE]}, 2, "not a suite of Great Expectations"),
        (None, 2, "No such file"),
    ],
)
@pytest.mark.usefixtures("project")
def test_the_exit_code_tells_how_the_gate_went(capsys, content, exit_code, told):
    """3 for what is not met or cannot be judged, 2 for a file that is no suite; only critical ones stop."""
    if content is not None:
        Path("own.json").write_text(json.dumps(content), encoding="utf-8")
    assert run(["validate", "raw.jsonl", "--suite", "./own.json", "--json"]) == exit_code
    output = capsys.readouterr()
    assert told in output.out + output.err

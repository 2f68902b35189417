"""What every rule promises, ours and those that are yet to be written."""

import json
from copy import deepcopy
from dataclasses import asdict, fields

import pytest

from datakit.core.files import to_json
from datakit.core.findings import Severity
from datakit.diagnosis import rules
from datakit.testing import history, judge, metrics

_ALL_HAM = {"predicted": {"ham": 100, "spam": 0}, "accuracy": 0.75}
SICK = {
    "history": history(
        epochs=[
            {**_ALL_HAM, "validation_loss": 0.3, "macro_f1": 0.43},
            {**_ALL_HAM, "validation_loss": 0.7, "macro_f1": 0.42},
        ],
        settings={"class_weights": "none"},
    ),
    "metrics": metrics(macro_f1=0.43, baselines={"tfidf-logistic-regression": 0.9}),
}

every_rule = pytest.mark.parametrize("name", rules.names())


@every_rule
def test_it_is_silent_on_a_healthy_run(name):
    """Also on one of a single epoch."""
    assert judge(name) is None
    assert judge(name, history=history(epochs=[{}])) is None


@every_rule
def test_it_leaves_what_it_judges_as_it_is(name):
    """Other rules look at the same figures."""
    before = deepcopy((asdict(SICK["history"]), SICK["metrics"]))
    judge(name, **SICK)
    assert (asdict(SICK["history"]), SICK["metrics"]) == before


@every_rule
def test_it_judges_the_same_twice(name):
    """A rule remembers nothing."""
    assert judge(name, **SICK) == judge(name, **SICK)


@every_rule
def test_it_has_a_phase(name):
    """Before, during or after training."""
    assert rules.get(name).phase in {"before", "during", "after"}
    assert "phase" not in {field.name for field in fields(rules.get(name))}


@every_rule
def test_its_diagnosis_names_symptom_cause_and_remedy(name):
    """The code is its name; the remedy is a patch of a recipe's sections."""
    diagnosis = judge(name, **SICK)
    if diagnosis is None:
        pytest.skip("another sickness")
    finding = diagnosis.finding
    assert (finding.code, finding.severity in Severity) == (name, True)
    words = [finding.message, finding.fix, diagnosis.symptom, diagnosis.cause]
    assert all(word.strip() for word in words)
    assert len(set(words)) == len(words)
    assert json.loads(to_json(finding.evidence)) == finding.evidence != {}
    assert diagnosis.remedy.keys() <= {"validation", "split", "augment", "finetune", "evaluate"}
    for section, options in diagnosis.remedy.items():
        known = SICK["history"].settings if section == "finetune" else options
        assert options.keys() <= known.keys()


def test_the_sick_run_has_what_our_rules_look_for():
    """So that the contract above is not kept by skipping."""
    assert sum(judge(name, **SICK) is not None for name in rules.names()) >= 3

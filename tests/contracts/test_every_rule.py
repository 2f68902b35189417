"""What every rule promises, ours and those that are yet to be written."""

import json
from copy import deepcopy
from dataclasses import asdict, fields, replace

import pytest
from sick import SICK

from datakit.core.files import to_json
from datakit.core.findings import Severity
from datakit.core.history import Step
from datakit.diagnosis import diagnose, rules, unanswerable
from datakit.pipeline.recipe import parse
from datakit.testing import history, judge


def sick_run(name):
    """Return a run with the fault that a rule names; of a rule that is yet to be written there is none."""
    return SICK[name] if name in SICK else pytest.skip("no sick run is known")


every_rule = pytest.mark.parametrize("name", rules.names())


@every_rule
def test_it_is_silent_on_a_healthy_run(name):
    """Also on one of a single epoch."""
    assert judge(name) is None
    assert judge(name, history=history(epochs=[{}])) is None


@every_rule
def test_it_judges_the_record_of_an_older_run_and_of_one_that_ended_early(name):
    """Neither has signals; the second has no epoch, and no figures of the test split."""
    run = history()
    bare = {f.name: f.default for f in fields(Step) if f.default is None}
    older = replace(run, start=None, steps=tuple(replace(step, **bare) for step in run.steps))
    assert judge(name, history=older) is None
    assert judge(name, history=history(epochs=[]), metrics={}) is None


@every_rule
def test_it_leaves_what_it_judges_as_it_is(name):
    """Other rules look at the same figures."""
    sick = sick_run(name)
    before = deepcopy((asdict(sick["history"]), sick["metrics"]))
    judge(name, **sick)
    assert (asdict(sick["history"]), sick["metrics"]) == before


@every_rule
def test_it_judges_the_same_twice(name):
    """A rule remembers nothing."""
    assert judge(name, **sick_run(name)) == judge(name, **sick_run(name))


@every_rule
def test_what_was_measured_was_measured_on_an_encoder_that_is_named(name):
    """A limit that came of one encoder may be another one's; `datakit explain` says which it was."""
    manual = " ".join((rules.get(name).__doc__ or "").split())
    if "own measurements" in manual.lower():
        assert "MiniLM" in manual


@every_rule
def test_it_has_a_phase(name):
    """Before, during or after training."""
    assert rules.get(name).phase in {"before", "during", "after"}
    assert "phase" not in {field.name for field in fields(rules.get(name))}


@every_rule
def test_it_needs_no_more_than_its_fault_shows(name):
    """Of what it says it cannot judge a training without, nothing lacks where it finds its fault in one."""
    sick = sick_run(name)
    assert not sick["history"].steps or name not in unanswerable(**sick)


@every_rule
def test_it_explains_others(name):
    """Other rules, not itself."""
    assert rules.get(name).explains <= set(rules.names()) - {name}


@every_rule
def test_its_diagnosis_names_symptom_cause_and_remedy(name):
    """The code is its name; a recipe takes its remedy."""
    diagnosis = judge(name, **sick_run(name))
    finding = diagnosis.finding
    assert (finding.code, finding.severity in Severity) == (name, True)
    words = [finding.message, finding.fix, diagnosis.symptom, diagnosis.cause]
    assert all(word.strip() for word in words)
    assert len(set(words)) == len(words)
    assert json.loads(to_json(finding.evidence)) == finding.evidence != {}
    assert 0 < diagnosis.confidence < 1
    recipe = parse({"source": "raw.jsonl"}, where="test").patched(diagnosis.remedy)
    for section, options in diagnosis.remedy.items():
        assert getattr(recipe, section).model_dump().items() >= options.items()


@every_rule
def test_its_cause_wins(name):
    """Of all that the rules find in a training with its fault, it is the first, or the effect of nothing else."""
    found = diagnose(**sick_run(name))
    (own,) = [diagnosis for diagnosis in found if diagnosis.finding.code == name]
    assert own.follows_from is None
    assert [d.finding.code for d in found if d.follows_from is None] == [name]

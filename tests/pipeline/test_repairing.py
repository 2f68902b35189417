"""Repairing a training: what is tried, what is kept, and what is said of the diagnosis."""

import gzip
import json

import pytest
from support import as_if_trained, sms, write_jsonl

from datakit.core.files import from_json
from datakit.core.findings import Finding, Severity
from datakit.diagnosis.rules._base import Diagnosis
from datakit.evaluation.comparison import Difference
from datakit.pipeline.recipe import parse
from datakit.pipeline.repairing import Change, Repair, Scores, Training, judged, repair, treatments
from datakit.pipeline.workspace import Workspace

#: A tiny encoder learns the messages so.
SOUND = {"epochs": 3, "learning_rate": 5e-3, "batch_size": 4, "max_length": 32}
FROZEN = {"freeze": "embeddings,0-1"}
#: Their product with any loss is no finite number, at any rate.
HUGE = {"class_weights": {"ham": 3e38, "spam": 3e38}}


@pytest.fixture
def workspace(project) -> Workspace:
    """Return a workspace whose file gives 60 test rows."""
    write_jsonl(project / "raw.jsonl", sms(200))
    return Workspace(project)


@pytest.fixture
def recipe(tiny_encoder, tmp_path):
    """Return a function that gives the recipe with options of `finetune`."""
    encoder = as_if_trained(tiny_encoder, tmp_path / "encoder")

    def with_options(**finetune):
        finetune = {"model": str(encoder), **SOUND, **finetune}
        split, evaluate = {"test": 0.3, "validation": 0.2}, {"probe": False}
        data = {"source": "raw.jsonl", "split": split, "evaluate": evaluate, "finetune": finetune}
        return parse(data, where="test")

    return with_options


def runs_of(workspace) -> list[str]:
    """Return the ids of all runs, the oldest first."""
    return [manifest.run for manifest in workspace.history()]


def test_a_remedy_that_helps_proves_its_diagnosis_and_is_kept(workspace, recipe):
    """Both runs stay; the later verbs go on from the better one by validation. A second call trains nothing."""
    outcome, told = repair(workspace, recipe(**FROZEN), command="finetune --repair")
    (attempt,) = told.attempts
    assert (attempt.code, attempt.remedy, attempt.verdict) == (
        "frozen-body",
        {"finetune": {"freeze": None}},
        "proved",
    )
    assert attempt.change.macro_f1.low > 0
    assert runs_of(workspace) == [attempt.before, attempt.after]
    assert told.kept == attempt.after == workspace.latest().run == outcome.manifest.run
    assert workspace.recipe().finetune.freeze is None
    assert told.options == {"finetune.freeze": ("embeddings,0-1", None)}
    first, kept = told.trainings
    assert kept.validation > first.validation
    assert (kept.errors, "frozen-body" in first.errors) == ((), True)
    assert from_json((outcome.folder / "repair.json").read_bytes(), Repair) == told
    outcome, again = repair(workspace, recipe(**FROZEN), command="finetune --repair")
    assert (outcome.ran, again.attempts[0].change) == ((), attempt.change)


def test_a_sound_training_is_left_as_it_is(workspace, recipe):
    """Nothing is trained again, also by a second call, and nothing is written."""
    outcome, told = repair(workspace, recipe(), command="test")
    assert (told.attempts, told.options, told.trainings[0].errors) == ((), {}, ())
    again, _ = repair(workspace, recipe(), command="test")
    assert (again.ran, runs_of(workspace)) == ((), [told.kept])
    assert not (outcome.folder / "repair.json").exists()


def test_a_training_that_diverges_is_repaired_within_the_tries(workspace, recipe):
    """Each try goes on from the last one, not with the same remedy; where none has a model, none is the latest."""
    outcome, told = repair(workspace, recipe(**HUGE), command="test")
    assert outcome is None
    assert workspace.latest() is None
    assert [one.ended for one in told.trainings] == ["diverged at step 1"] * 3
    first, second = (one.remedy["finetune"] for one in told.attempts)
    assert first != second
    assert {(one.verdict, one.change) for one in told.attempts} == {("withdrawn", None)}
    assert "diverged" in told.training(told.kept).diagnoses
    assert runs_of(workspace)[0] == told.kept
    assert len(repair(workspace, recipe(**HUGE), tries=1, command="test")[1].attempts) == 1


def test_faults_of_the_data_stop_it(workspace, recipe):
    """No training is at fault where the gate of `validate` failed."""
    with (workspace.project / "raw.jsonl").open("a") as file:
        file.write('{"text": "x", "label": 3}\n')
    outcome, told = repair(workspace, recipe(**FROZEN), command="test")
    assert told is None
    assert [finding.code for finding in outcome.gate] == ["mixed-label-types"]


def test_what_the_preflight_finds_is_repaired_where_an_option_mends_it(workspace, recipe):
    """Only the beginning of each text is read, and it is the same: the rest is read too, and there is a model."""
    rows = [{**row, "text": f"dear reader please note this {row['text']}"} for row in sms(200)]
    write_jsonl(workspace.project / "raw.jsonl", rows)
    given = recipe(max_length=6).patched({"split": {"near": False}})
    _, told = repair(workspace, given, tries=1, command="test")
    (attempt,) = told.attempts
    assert (attempt.code, attempt.change, attempt.verdict) == ("constant-text", None, "proved")
    first, kept = told.trainings
    assert (first.ended, first.test, kept.run) == ("gate failed: preflight", None, told.kept)


def test_a_broken_off_repair_keeps_the_recipe_as_given(workspace, recipe):
    """So that the same call, or one without options, goes on with it."""
    given = recipe(**FROZEN)
    trainings = []

    def interrupting(event):
        trainings.append((event.stage, event.kind))
        if trainings.count(("finetune", "started")) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repair(workspace, given, command="test", listener=interrupting)
    assert workspace.recipe() == given
    assert workspace.latest().run == runs_of(workspace)[0]
    _, told = repair(workspace, workspace.recipe(), command="test")
    assert told.attempts[0].verdict == "proved"


def diagnosis(code, remedy, *, severity=Severity.ERROR, follows_from=None) -> Diagnosis:
    """Return a diagnosis with a remedy."""
    finding = Finding(code=code, severity=severity, message="", fix="")
    return Diagnosis(finding=finding, symptom="", cause="", remedy=remedy, follows_from=follows_from)


def test_only_causes_with_a_new_remedy_are_worth_a_training():
    """No effects, no remarks, nothing accepted, nothing tried, nothing that the recipe says already."""
    recipe = parse({"source": "raw.jsonl", "accept": ["accepted"], "finetune": {"epochs": 6}}, where="test")
    tried = {"finetune": {"learning_rate": 1e-3}}
    found = [
        diagnosis("none", {}),
        diagnosis("effect", {"finetune": {"epochs": 2}}, follows_from="cause"),
        diagnosis("remark", {"finetune": {"epochs": 2}}, severity=Severity.INFO),
        diagnosis("accepted", {"finetune": {"epochs": 2}}),
        diagnosis("tried", tried),
        diagnosis("already", {"finetune": {"epochs": 6}}),
        diagnosis("cause", {"augment": {"target": "balanced"}}),
        diagnosis("next", {"finetune": {"epochs": 12}}, severity=Severity.WARNING),
    ]
    offered = [[one.finding.code for one in treatment.of] for treatment in treatments(found, recipe, [tried])]
    assert offered == [["tried", "cause", "next"], ["cause"], ["next"]]


def test_causes_that_need_one_another_are_treated_together_next():
    """The surest alone first; where two say the same option, the surer one does."""
    recipe = parse({"source": "raw.jsonl"}, where="test")
    optimizer = diagnosis("wrong-optimizer", {"finetune": {"optimizer": "sgd", "learning_rate": 1e-3}})
    batch = diagnosis("tiny-batch", {"finetune": {"batch_size": 32, "learning_rate": 1e-4}})
    alone, together, other = treatments([optimizer, batch], recipe, [])
    assert (alone.of, together.of, other.of) == ((optimizer,), (optimizer, batch), (batch,))
    assert together.remedy == {"finetune": {"optimizer": "sgd", "learning_rate": 1e-3, "batch_size": 32}}


def training(*codes, macro_f1=0.8, ended="done") -> Training:
    """Return a training, in which a majority answer has macro-F1 .2 to .4."""
    test = macro_f1 and Scores(
        macro_f1=macro_f1,
        macro_f1_interval=(macro_f1 - 0.1, macro_f1 + 0.1),
        accuracy=0.9,
        accuracy_interval=(0.8, 1.0),
        majority_interval=(0.2, 0.4),
    )
    return Training(run="r", ended=ended, validation=0.8, test=test, diagnoses=codes, errors=())


def change(difference, p) -> Change:
    """Return a difference of macro-F1 with its p value."""
    one = Difference(
        baseline="before",
        arm="repaired",
        baseline_mean=0.5,
        arm_mean=0.5 + difference,
        difference=difference,
        low=difference - 0.1,
        high=difference + 0.1,
        error=0.05,
        freedom=50.0,
        p=p,
        p_holm=p,
        detectable=0.15,
    )
    return Change(macro_f1=one, mcnemar=p, said=("pair, figure: less than 15.0 points would not be seen",))


@pytest.mark.parametrize(
    ("after", "found", "verdict"),
    [
        (training(), change(0.3, 0.001), "proved"),
        (training("fault"), change(0.3, 0.001), "proved"),
        (training(), change(-0.3, 0.001), "withdrawn"),
        (training("fault"), change(0.0, 1.0), "withdrawn"),
        (training("fault"), change(0.05, 0.4), "not shown"),
        (training("other"), change(-0.05, 0.4), "not shown"),
        (training(), None, "proved"),
        (training(macro_f1=0.45), None, "not shown"),
        (training("diverged", macro_f1=None, ended="diverged at step 3"), None, "withdrawn"),
        (training(macro_f1=None, ended="gate failed: augment"), None, "not shown"),
    ],
)
def test_three_honest_words(after, found, verdict):
    """Gain shown; harm, or the same fault without a gain; else nothing is claimed. The reason is told."""
    word, why = judged(["fault"], after, found)
    assert word == verdict
    if word == "not shown" and found:
        assert why.endswith("less than 15.0 points would not be seen")
    if after.test is None:
        assert after.ended in why
    if found and found.mcnemar < 0.05:
        assert why == f"the whole interval lies {'above' if word == 'proved' else 'below'} 0"


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "code"), [(1e-6, "learning-rate-too-low"), (5e-3, "learning-rate-too-high")])
def test_wrong_rates_on_real_questions_are_proved_and_mended(project, shared_data, rate, code):
    """TREC-6 with the embedded encoder: one remedy leads from a useless model to a sound one."""
    with gzip.open(shared_data / "trec6.train.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file][:640]
    write_jsonl(project / "raw.jsonl", [{name: row[name] for name in ("id", "text", "label")} for row in rows])
    recipe = parse({"source": "raw.jsonl", "finetune": {"learning_rate": rate, "epochs": 3}}, where="test")
    _, told = repair(Workspace(project), recipe, tries=1, command="test")
    (attempt,) = told.attempts
    assert (attempt.code, attempt.verdict, told.kept) == (code, "proved", attempt.after)
    assert told.training(told.kept).test.macro_f1 > 0.65
    assert told.training(told.kept).errors == ()

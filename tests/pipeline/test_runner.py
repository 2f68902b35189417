"""The runner, on real stages with a tiny encoder."""

import shutil
from pathlib import Path

import pytest
from support import sms, write_jsonl

from datakit.core.corpus import Corpus
from datakit.core.errors import InputError, TimedOutError, TransientError
from datakit.pipeline import runner
from datakit.pipeline.keys import Difference
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to, plan
from datakit.pipeline.workspace import Workspace


def recipe_for(encoder: Path, **sections):
    """Return a recipe that trains a tiny encoder for a moment, at a rate that random weights need."""
    finetune = {"model": str(encoder), "epochs": 3, "batch_size": 4, "max_length": 32, "learning_rate": 5e-3}
    return parse({"source": "raw.jsonl", "finetune": finetune, **sections}, where="test")


@pytest.fixture
def workspace(project):
    """Give a workspace in a folder that holds raw.jsonl."""
    return Workspace(project)


def objects_of(outcome) -> dict[str, dict[str, dict[str, str]]]:
    """Return the digests of every artefact of a run, by stage."""
    return {standing.stage: standing.outputs for standing in outcome.manifest.stages}


def test_the_whole_pipeline_runs_and_runs_once(workspace, tiny_encoder):
    """The second call finds every stage done and writes no new run."""
    recipe = recipe_for(tiny_encoder, augment={"target": "balanced"})
    first = bring_up_to(workspace, recipe, "diagnose", command="test")
    assert first.ran == ("validate", "split", "augment", "preflight", "finetune", "evaluate", "diagnose")
    assert first.manifest.outcome == "done"
    assert (first.folder / "model" / "model.safetensors").exists()
    assert not list((first.folder / "model").glob("*.bin"))
    second = bring_up_to(workspace, recipe, "diagnose", command="test")
    assert second.ran == ()
    assert second.manifest.run == first.manifest.run
    assert second.reports == first.reports
    assert [planned.runs for planned in plan(workspace, recipe)] == [False] * 7


def test_a_fresh_workspace_gives_the_same_bytes(workspace, tiny_encoder):
    """Splits, augmented rows, weights, metrics: all artefacts have the same digests after a new start."""
    recipe = recipe_for(tiny_encoder, augment={"target": "balanced"})
    first = bring_up_to(workspace, recipe, "diagnose", command="test")
    shutil.rmtree(workspace.root)
    again = bring_up_to(workspace, recipe, "diagnose", command="test")
    assert again.ran == first.ran
    assert objects_of(again) == objects_of(first)


def test_a_change_runs_what_depends_on_it_and_says_why(workspace, tiny_encoder):
    """A new target leaves validate and split alone; worker counts and a touched file change nothing."""
    bring_up_to(workspace, recipe_for(tiny_encoder), "augment", command="test")
    changed = recipe_for(tiny_encoder, augment={"target": "balanced"}, workers=1)
    planned = {p.stage: p for p in plan(workspace, changed)}
    assert planned["augment"].why == ("options.target",)
    assert planned["finetune"].why == ("augment runs first",)
    assert bring_up_to(workspace, changed, "augment", command="test").ran == ("augment",)
    (workspace.project / "raw.jsonl").touch()
    assert bring_up_to(workspace, changed.patched({"workers": 2}), "augment", command="test").ran == ()


def test_a_stage_is_looked_into_closely(workspace, tiny_encoder):
    """Each part that differs, then and now, also where others run first; what is up to date, where it stands."""
    recipe = recipe_for(tiny_encoder)
    run = bring_up_to(workspace, recipe, "augment", command="test").manifest.run
    changed = recipe.patched({"augment": {"max_per_row": 7}, "split": {"test": 0.2}})
    split = next(p for p in plan(workspace, changed, closely="split") if p.stage == "split")
    assert (split.against, split.why) == (run, ("options.test",))
    assert split.differences == (Difference(part="options.test", before=0.1, now=0.2),)
    augment = next(p for p in plan(workspace, changed, closely="augment") if p.stage == "augment")
    assert augment.why == ("split runs first",)
    assert augment.key is None
    assert [one.part for one in augment.differences] == ["inputs.splits", "options.max_per_row"]
    assert augment.differences[0].now == "not known before split has run"
    (validate, *_) = plan(workspace, recipe, closely="validate")
    assert (validate.runs, validate.against, validate.differences) == (False, run, ())
    assert validate.key == bring_up_to(workspace, recipe, "validate", command="test").manifest.stages[0].key


def test_a_stage_is_compared_with_the_newest_run_that_got_so_far(workspace, tiny_encoder):
    """Also where a gate has stopped the latest before it."""
    recipe = recipe_for(tiny_encoder)
    first = bring_up_to(workspace, recipe, "split", command="test").manifest.run
    write_jsonl(workspace.project / "raw.jsonl", [*sms(), {"id": "x", "text": "one more", "label": 3}])
    assert bring_up_to(workspace, recipe, "split", command="test").gate
    (_, split, *_) = plan(workspace, recipe.patched({"split": {"test": 0.2}}))
    assert (split.against, split.why) == (first, ("options.test",))


def test_a_stage_that_takes_too_long_is_ended_and_the_next_call_goes_on(workspace, tiny_encoder):
    """Finished stages stand; the recipe is remembered; the limit is no part of any key."""
    recipe = recipe_for(tiny_encoder, timeouts={"validate": 60, "split": 0.01})
    with pytest.raises(TimedOutError, match="split was ended with all its processes"):
        bring_up_to(workspace, recipe, "augment", command="test")
    (ended,) = workspace.history()
    assert ended.outcome == "timed out: split"
    assert [(one.stage, one.status) for one in ended.stages] == [("validate", "ran")]
    assert workspace.recipe() == recipe
    assert bring_up_to(workspace, recipe_for(tiny_encoder), "augment", command="test").ran == ("split", "augment")


@pytest.fixture
def pauses(monkeypatch):
    """Let waiting take no time; give how long it would have."""
    slept = []
    monkeypatch.setattr(runner.time, "sleep", slept.append)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return slept


def test_what_fails_for_now_is_tried_again(workspace, tiny_encoder, pauses):
    """A model that cannot be fetched: after 2 and 4 seconds; that is told, and stands in the manifest."""
    told = []

    def come_back(event):
        told.append(event.kind)
        if told.count("retrying") == 2:
            shutil.copytree(tiny_encoder, workspace.project / "encoder", dirs_exist_ok=True)

    outcome = bring_up_to(workspace, recipe_for(Path("encoder")), "validate", command="test", listener=come_back)
    assert pauses == [2, 4]
    assert told == ["retrying", "retrying", "started", "ran"]
    assert outcome.manifest.stages[0].attempts == 3


def test_tries_are_bounded_and_only_for_what_may_pass(workspace, tiny_encoder, pauses):
    """As often as the recipe says; what the user has to mend fails at once."""
    with pytest.raises(TransientError):
        bring_up_to(workspace, recipe_for(Path("no-model"), retries=7), "validate", command="test")
    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    pauses.clear()
    (workspace.project / "raw.jsonl").write_bytes(b"")
    with pytest.raises(InputError):
        bring_up_to(workspace, recipe_for(tiny_encoder), "validate", command="test")
    assert pauses == []


def test_validation_reads_as_the_model_will(workspace, tiny_encoder):
    """By its tokenizer, as many tokens as it does; texts that it reads in windows lose nothing."""
    short = recipe_for(tiny_encoder).patched({"finetune": {"max_length": 8}})

    def codes(recipe):
        report = bring_up_to(workspace, recipe, "validate", command="test").reports["validate"]
        return {finding.code for finding in report.findings}

    assert "truncated-text" in codes(short)
    assert "truncated-text" not in codes(short.patched({"finetune": {"long_texts": "chunks"}}))


def test_new_rows_in_the_source_are_seen(workspace, tiny_encoder):
    """The content of the file counts."""
    recipe = recipe_for(tiny_encoder)
    bring_up_to(workspace, recipe, "split", command="test")
    write_jsonl(workspace.project / "raw.jsonl", sms(124))
    assert bring_up_to(workspace, recipe, "split", command="test").ran == ("validate", "split")


def test_going_back_to_former_options_runs_nothing_but_is_a_run(workspace, tiny_encoder):
    """The latest run is what the later verbs go on from, so it must show the options that were asked for."""
    plain, balanced = recipe_for(tiny_encoder), recipe_for(tiny_encoder, augment={"target": "balanced"})
    first = bring_up_to(workspace, plain, "augment", command="test")
    bring_up_to(workspace, balanced, "augment", command="test")
    back = bring_up_to(workspace, plain, "augment", command="test")
    assert back.ran == ()
    assert back.manifest.run != first.manifest.run
    assert len(Corpus.open(back.folder / "augmented.parquet")) == 96


def test_error_findings_stop_the_pipeline_until_they_are_accepted(workspace, tiny_encoder):
    """A numeric label among strings stops after validate; the acceptance is recorded."""
    write_jsonl(workspace.project / "raw.jsonl", [*sms(), {"id": "x", "text": "one more", "label": 3}])
    recipe = recipe_for(tiny_encoder)
    stopped = bring_up_to(workspace, recipe, "split", command="test")
    assert [(finding.code, finding.lines) for finding in stopped.gate] == [("mixed-label-types", (121,))]
    assert stopped.manifest.outcome == "gate failed: validate"
    assert "split" not in stopped.reports
    accepted = bring_up_to(workspace, recipe.patched({"accept": ["mixed-label-types"]}), "split", command="test")
    assert accepted.ran == ("split",)
    assert accepted.manifest.accepted == ("mixed-label-types",)


def test_an_unreadable_source_leaves_no_run_behind(workspace, tiny_encoder):
    """An error before anything was done is told, not recorded."""
    (workspace.project / "raw.jsonl").write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        bring_up_to(workspace, recipe_for(tiny_encoder), "validate", command="test")
    assert list(workspace.history()) == []


def test_an_interrupted_run_keeps_its_finished_stages(workspace, tiny_encoder):
    """Ctrl-C in training: the manifest says so, and the next call goes on behind the last finished stage."""

    def interrupt(event):
        if event.stage == "finetune" and event.kind == "progress":
            raise KeyboardInterrupt

    recipe = recipe_for(tiny_encoder)
    with pytest.raises(KeyboardInterrupt):
        bring_up_to(workspace, recipe, "diagnose", command="test", listener=interrupt)
    (broken,) = workspace.history()
    assert broken.outcome == "interrupted: finetune"
    assert bring_up_to(workspace, recipe, "diagnose", command="test").ran == ("finetune", "evaluate", "diagnose")


def test_a_lost_object_is_made_again(workspace, tiny_encoder):
    """The cache is never trusted without its objects."""
    recipe = recipe_for(tiny_encoder)
    outcome = bring_up_to(workspace, recipe, "split", command="test")
    for path in (workspace.root / "objects").rglob("*"):
        if path.is_file() and path.stat().st_nlink > 1 and path.samefile(outcome.folder / "certificate.json"):
            path.unlink()
    assert bring_up_to(workspace, recipe, "split", command="test").ran == ("split",)


def test_a_given_test_split_stays_as_it_is(workspace, tiny_encoder):
    """Its rows are the test rows, and training rows with the same text are left out."""
    held_out = [{"text": row["text"].upper(), "label": row["label"]} for row in sms(8)]
    write_jsonl(workspace.project / "test.jsonl", held_out)
    recipe = recipe_for(tiny_encoder, source={"path": "raw.jsonl", "test": "test.jsonl"})
    outcome = bring_up_to(workspace, recipe, "split", command="test")
    assert outcome.reports["split"].figures["rows"]["test"] == 8
    assert outcome.reports["split"].figures["withheld"] == 8
    assert outcome.reports["split"].figures["clean"]
    codes = [finding.code for finding in outcome.reports["validate"].findings]
    assert "split-leakage" in codes


def test_events_tell_the_run(workspace, tiny_encoder):
    """events.jsonl holds a line for each start and end of a stage."""
    outcome = bring_up_to(workspace, recipe_for(tiny_encoder), "split", command="test")
    events = (outcome.folder / "events.jsonl").read_text().splitlines()
    assert len(events) == 3
    assert '"stage":"split","kind":"ran"' in events[-1]


def test_rows_are_compared_with_those_of_a_former_run(workspace, project, tiny_encoder):
    """Named by its id, or the beginning of it; another run's rows are another key."""
    former = bring_up_to(workspace, recipe_for(tiny_encoder), "validate", command="test").manifest.run
    write_jsonl(
        project / "raw.jsonl", [{**row, "label": "ham" if i % 9 else "spam"} for i, row in enumerate(sms(360))]
    )
    recipe = recipe_for(tiny_encoder, validate={"reference": former[:20]})
    (validated,) = bring_up_to(workspace, recipe, "validate", command="test").reports.values()
    drift = next(finding for finding in validated.findings if finding.code == "text-drift")
    assert drift.evidence["against"] == "reference"
    with pytest.raises(InputError, match="there is no such file"):
        bring_up_to(
            workspace, recipe_for(tiny_encoder, validate={"reference": "nowhere"}), "validate", command="test"
        )

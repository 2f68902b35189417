"""What is removed with old runs."""

import os

import pytest

from datakit.core.errors import UsageError
from datakit.core.files import to_json
from datakit.pipeline.jobs.champion import Champions, Promotion
from datakit.pipeline.pruning import garbage, old_of_job, standing
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import plan
from datakit.pipeline.store import Record, digest_of_artefact
from datakit.pipeline.workspace import Manifest, Standing, Workspace

NIGHTLY = "job run nightly"


@pytest.fixture
def workspace(tmp_path):
    """Give an empty workspace."""
    return Workspace(tmp_path)


def kept(workspace, content):
    """Keep a file; return its artefact."""
    path = workspace.root / "new"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return workspace.store.keep(path)


def run_with(workspace, run, content, command="validate", artefact="usable"):
    """Write a run whose one artefact has this content; return the object."""
    outputs = {artefact: kept(workspace, content)}
    workspace.store.remember(Record(stage="validate", key=f"{run}-key", parts={}, outputs=outputs, seconds=0))
    standing = Standing(stage="validate", status="ran", key=f"{run}-key", parts={}, outputs=outputs, seconds=0)
    manifest = Manifest(run=run, created="", command=command, version="", recipe={}, stages=(standing,))
    workspace.write(manifest)
    workspace.store.lay_out(outputs[artefact], workspace.folder_of(run) / artefact)
    return workspace.store.object_of(outputs[artefact][""])


def promoted(workspace, run):
    """Make the model of a run the champion."""
    Champions(workspace).promote(Promotion(time=run, event="promoted", run=run, reason=""))


def test_only_old_runs_of_the_job_go_with_what_only_they_hold(workspace):
    """The champion's stays, and so do what a person ran, and an object that a younger run has too."""
    own = run_with(workspace, "1", "only here", NIGHTLY)
    shared = run_with(workspace, "2", "here and there", NIGHTLY)
    run_with(workspace, "3", "of a person")
    champion = run_with(workspace, "4", "champion", NIGHTLY)
    run_with(workspace, "5", "here and there", NIGHTLY)
    promoted(workspace, "4")
    old = old_of_job(workspace, NIGHTLY, 1)
    assert old.runs == ("1", "2")
    old.remove()
    assert [run.run for run in workspace.history()] == ["3", "4", "5"]
    assert not own.exists()
    assert shared.exists()
    assert champion.exists()
    assert workspace.store.recall("1-key") is None
    assert workspace.store.recall("5-key") is not None


def test_what_stays_however_old_it_is(workspace):
    """The latest, the champion and the one before, what a job did last, the reference, what was repaired from."""
    for i in range(1, 10):
        run_with(workspace, f"{i}", f"{i}")
    for run in ("1", "2", "3"):
        promoted(workspace, run)
    workspace.make_latest("4")
    (workspace.root / "jobs").mkdir()
    (workspace.root / "jobs" / "nightly.json").write_bytes(to_json({"run": "5"}))
    workspace.remember(parse({"source": "raw.jsonl", "validate": {"reference": "6"}}, where="x"))
    (workspace.folder_of("9") / "repair.json").write_bytes(to_json({"trainings": [{"run": "7"}, {"run": "9"}]}))
    assert standing(workspace) == {
        "2": "the champion before",
        "3": "the champion",
        "4": "the latest",
        "5": "the last of job nightly",
    }
    found = garbage(workspace, 1)
    assert found.runs == ("1", "8")
    found.remove()
    assert garbage(workspace, 1).runs == ()
    assert {path.read_text() for path in workspace.store.objects()} == set("2345679")


def test_what_nothing_names_goes_but_comparisons_and_shards_of_kept_runs_stay(workspace):
    """Strays of killed runs, records that cannot be read, shards that no kept run has used."""
    run_with(workspace, "1", "old", artefact="splits")
    run_with(workspace, "2", "new", artefact="splits")
    stray = workspace.store.object_of(kept(workspace, "stray")[""])
    answers = {}
    for content in ("old", "new"):
        parts = {"splits": digest_of_artefact(kept(workspace, content))}
        outputs = {"said.json": kept(workspace, f"said of {content}")}
        workspace.store.remember(
            Record(stage="compare", key=f"said-{content}", parts=parts, outputs=outputs, seconds=0)
        )
        answers[content] = workspace.store.object_of(outputs["said.json"][""])
    broken = workspace.root / "cache" / "br" / "broken.json"
    broken.parent.mkdir()
    broken.write_text("{")
    for shelf in ("ahead", "begun", "unused", "used"):
        (workspace.shards / shelf).mkdir(parents=True)
        (workspace.shards / shelf / "x.shard").write_text("12345")
        if shelf != "ahead":  # by a worker, for the next run
            os.utime(workspace.shards / shelf, (0, 0))
    report = {"stage": "augment", "figures": {"shelves": ["used"]}}
    (workspace.folder_of("2") / "augment.json").write_bytes(to_json(report))
    (workspace.folder_of("2") / "shards.jsonl").write_text('{"shelf": "begun"}\n')
    found = garbage(workspace, 1)
    assert found.besides == (workspace.shards / "unused",)
    found.remove()
    assert [stray.exists(), broken.exists(), answers["old"].exists(), answers["new"].exists()] == [
        False,
        False,
        False,
        True,
    ]
    assert sorted(path.name for path in workspace.shards.iterdir()) == ["ahead", "begun", "used"]


def test_bytes_are_those_that_the_disk_gains(workspace):
    """A file and its hard link count once; what a kept run has too counts nothing."""
    run_with(workspace, "1", "0123456789")
    run_with(workspace, "2", "shared")
    run_with(workspace, "3", "shared")
    (workspace.folder_of("1") / "report.html").write_text("12345")
    found = garbage(workspace, 1)

    def used():
        files = {(one.stat().st_ino, one.stat().st_size) for one in workspace.root.rglob("*") if one.is_file()}
        return sum(size for _, size in files)

    before, told = used(), found.bytes()
    found.remove()
    assert told == before - used()
    assert told > 15


@pytest.mark.parametrize("n", range(1, 8))
def test_a_kill_in_the_middle_leaves_a_workspace_that_can_be_used(workspace, monkeypatch, n):
    """Wherever it ends: what is left is whole, and the next call removes the rest."""
    for i in range(1, 5):
        run_with(workspace, f"{i}", f"{i}")
    workspace.make_latest("4")
    calls = []

    def dying(real):
        def call(*arguments, **options):
            calls.append(real)
            if len(calls) == n:
                raise SystemExit
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", dying(os.unlink))
        patched.setattr(os, "rmdir", dying(os.rmdir))
        with pytest.raises(SystemExit):
            garbage(workspace, 2).remove()
    workspace.tidy()
    runs = list(workspace.history())
    assert [run.run for run in runs][-2:] == ["3", "4"]
    assert all(workspace.store.recall(f"{run}-key") for run in (3, 4))
    garbage(workspace, 2).remove()
    assert [run.run for run in workspace.history()] == ["3", "4"]
    assert {path.read_text() for path in workspace.store.objects()} == {"3", "4"}
    assert sorted(path.name for path in (workspace.root / "runs").iterdir()) == ["3", "4"]


def test_checkpoints_that_the_next_call_goes_on_from_stay(project):
    """Others go; where that cannot be told now, all stay."""
    workspace = Workspace(project)
    recipe = parse({"source": "raw.jsonl"}, where="x")
    workspace.remember(recipe)
    key = next(plan(workspace, recipe)).key
    for name in (key, "other"):
        (workspace.root / "unfinished" / name).mkdir(parents=True)
    assert garbage(workspace, 1).besides == (workspace.root / "unfinished" / "other",)
    (workspace.root / "recipe.yaml").unlink()
    with pytest.raises(UsageError):
        workspace.recipe()
    assert garbage(workspace, 1).besides == ()

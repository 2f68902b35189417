"""Jobs, on the real pipeline with a tiny encoder."""

import gzip
import json
import random
import shutil
import sys
from dataclasses import replace

import pytest
from support import sms, write_jsonl

from datakit.core.corpus import Splits
from datakit.core.errors import InputError, LockHeldError, UsageError
from datakit.pipeline.jobs.champion import Champions
from datakit.pipeline.jobs.job import Job, run_job
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import load, parse
from datakit.pipeline.shipped import shipped
from datakit.pipeline.workspace import Workspace


def job_in(project, encoder, **job):
    """Return a job that trains a tiny encoder for a moment."""
    finetune = {"model": str(encoder), "epochs": 3, "batch_size": 4, "max_length": 32, "learning_rate": 5e-3}
    recipe = {"source": "raw.jsonl", "finetune": finetune, "evaluate": {"probe": False}, "job": job}
    return Job(name="nightly", recipe=parse(recipe, where="test"), workspace=Workspace(project))


def flipped(rows, share):
    """Return the rows, about this share of them with the other label."""
    other, rng = {"ham": "spam", "spam": "ham"}, random.Random(1)  # noqa: S311
    return [{**row, "label": other[row["label"]]} if rng.random() < share else row for row in rows]


def became(job, **options):
    """Run a job; return what became of it and its exit code."""
    record, _ = run_job(job, **options)
    return record.outcome, record.exit_code


@pytest.fixture(scope="module")
def first_night(tmp_path_factory, tiny_encoder):
    """Give a folder in which the model of the first 200 of 400 rows was promoted."""
    project = tmp_path_factory.mktemp("first_night")
    write_jsonl(project / "raw.jsonl", sms(400)[:200])
    assert became(job_in(project, tiny_encoder)) == ("promoted", 0)
    return project


@pytest.fixture
def project(first_night, tmp_path):
    """Give a copy of that folder."""
    return shutil.copytree(first_night, tmp_path / "project")


def test_nothing_new_is_said_at_once_and_changes_nothing(project, tiny_encoder):
    """Nor does a touched file or a number of workers; a person who wants the outcome told again uses --force."""
    job = job_in(project, tiny_encoder)
    before = sorted(path.relative_to(project) for path in project.rglob("*"))
    (project / "raw.jsonl").touch()
    record, outcome = run_job(replace(job, recipe=job.recipe.patched({"workers": 1})))
    assert (record.outcome, record.exit_code, outcome) == ("nothing new", 0, None)
    assert sorted(path.relative_to(project) for path in project.rglob("*")) == before
    assert became(job, force=True) == ("unchanged champion", 0)


def test_new_rows_are_judged_on_the_same_test_rows_and_the_way_back_is_open(project, tiny_encoder):
    """No old row changes its split; the record holds both figures; a roll-back is not undone by the next night."""
    job = job_in(project, tiny_encoder, margin=0.5)
    champions = Champions(job.workspace)
    first = champions.current().now
    write_jsonl(project / "raw.jsonl", sms(400)[:300])
    second, outcome = run_job(job)
    before, after = (Splits.open(job.workspace.folder_of(run) / "splits") for run in (first.run, second.run))
    for name in before:
        assert set(before[name].ids) <= set(after[name].ids)
    assert len(before.test) < len(after.test)
    assert (second.outcome, second.champion, second.contradiction.new) == ("promoted", second.run, 100)
    assert second.decision.macro_f1.baseline == "champion"
    assert champions.current().now.rows == len(after.test)
    assert [one.run for one in champions.current().former] == [first.run]
    assert json.loads((outcome.folder / "job.json").read_text())["outcome"] == "promoted"
    champions.roll_back(time="now", reason="complaints")
    assert became(job) == ("nothing new", 0)
    assert champions.current().now.run == first.run


def test_poison_is_stopped_before_anything_is_learnt_and_stays_stopped(project, tiny_encoder):
    """A slice with 3 labels in 10 flipped: exit code 3, also the next time, until it is mended or accepted."""
    rows = sms(400)
    job = job_in(project, tiny_encoder)
    champion = Champions(job.workspace).current().now.run
    write_jsonl(project / "raw.jsonl", rows[:200] + flipped(rows[200:], 0.3))
    record, outcome = run_job(job)
    assert (record.outcome, record.exit_code, record.champion) == ("gate failed", 3, champion)
    assert [finding.code for finding in outcome.gate] == ["contradicted-labels"]
    assert outcome.manifest.outcome == "gate failed: split"
    assert "finetune" not in outcome.reports
    assert became(job) == ("nothing new", 3)
    assert job.fingerprint() != replace(job, recipe=job.recipe.patched({"job": {"drift": None}})).fingerprint()
    write_jsonl(project / "raw.jsonl", rows[:200])
    assert became(job)[1] == 0
    assert Champions(job.workspace).current().now.run == champion


def test_only_as_many_runs_are_kept_as_asked_for(tmp_path, tiny_encoder):
    """The last one in any case, and the champion; the record says which are gone."""
    job = job_in(tmp_path, tiny_encoder, keep=1)
    removed = []
    for n in (60, 61, 62):  # each is stopped by the gate on raw data, in a moment
        write_jsonl(tmp_path / "raw.jsonl", [*sms(n), {"text": "odd", "label": 3}])
        assert became(job) == ("gate failed", 3)
        removed.append(job.last().removed)
    (kept,) = job.workspace.history()
    assert [len(runs) for runs in removed] == [0, 1, 1]
    assert job.last().run == kept.run
    assert (job.workspace.folder_of(kept.run) / "job.json").exists()


def test_a_refusal_has_exit_code_4_and_its_reason_and_may_be_overruled(project, tiny_encoder):
    """A model that learnt next to nothing, and test rows that the champion has learnt from; both are logged."""
    job = job_in(project, tiny_encoder)
    champions = Champions(job.workspace)
    first = champions.current().now.run
    lazy = replace(job, recipe=job.recipe.patched({"finetune": {"learning_rate": 1e-7}}))
    _, outcome = run_job(lazy)
    resigned = {"accept": sorted({finding.code for finding in outcome.gate})}
    assert became(replace(lazy, recipe=lazy.recipe.patched(resigned))) == ("not promoted", 4)
    assert champions.entries()[-1].event == "refused"
    assert "worse" in champions.entries()[-1].reason
    (job.workspace.root / "assignment.parquet").unlink()
    other = replace(job, recipe=job.recipe.patched({"seed": 14}))
    record, _ = run_job(other)
    assert (record.outcome, record.champion) == ("not promoted", first)
    assert "has learnt from" in record.reason
    forced, _ = run_job(other, force=True)
    assert (forced.outcome, forced.exit_code) == ("promoted", 0)
    assert champions.entries()[-1].event == "forced"
    assert champions.current().now.run == forced.run


def test_who_is_to_be_told_is_told_and_figures_are_written(project, tiny_encoder):
    """Of what was done and of what went wrong, not of nights without news; a command that fails fails no job."""
    collect = "import sys; open('told.jsonl', 'a').write(sys.stdin.read() + chr(10)); sys.exit(9)"
    job = job_in(
        project,
        tiny_encoder,
        notify=[sys.executable, "-c", collect.replace("told", str(project / "told"))],
        metrics="datakit.prom",
    )
    said = []
    run_job(job, say=said.append)
    run_job(job, force=True, say=said.append)
    (project / "raw.jsonl").write_text("{")
    with pytest.raises(InputError):
        run_job(job, say=said.append)
    told = [json.loads(line) for line in (project / "told.jsonl").read_text().splitlines()]
    assert [one["outcome"] for one in told] == ["unchanged champion", "failed"]
    assert [one["exit_code"] for one in told] == [0, 2]
    assert "exit code 9" in said[0]
    figures = (project / "datakit.prom").read_text()
    assert '\ndatakit_job_last_exit_code{job="nightly"} 2\n' in figures
    assert "datakit_job_champion_macro_f1" in figures


def test_two_at_once_and_a_champion_that_is_gone(project, tiny_encoder):
    """The second call leaves no trace; without its champion a job says what to do, and does it if it is forced."""
    job = job_in(project, tiny_encoder)
    with locked(job.workspace.lock, "somebody"), pytest.raises(LockHeldError):
        run_job(job)
    shutil.rmtree(job.workspace.folder_of(Champions(job.workspace).current().now.run) / "model")
    tolerant = replace(job, recipe=job.recipe.patched({"job": {"tolerance": 0.1}}))
    with pytest.raises(UsageError, match="datakit rollback"):
        run_job(tolerant)
    record, _ = run_job(tolerant, force=True)
    assert (record.outcome, record.champion) == ("promoted", record.run)
    assert "not compared" in record.reason
    assert Champions(job.workspace).entries()[-1].event == "forced"


@pytest.mark.slow
def test_three_nights_of_real_messages_and_a_poisoned_one(shared_data, tmp_path):
    """pipelines/nightly.yaml on SMS spam that grows by quarters, the embedded encoder learning for two epochs.

    Every night takes in the new quarter and decides with a reason. Of the fourth 3 labels in 10 are flipped: the
    gate on raw data stops it, for copies contradict each other; where that is accepted, the drift gate does. The
    champion stays.
    """
    with gzip.open(shared_data / "sms_spam.all.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    quarter = len(rows) // 4
    nightly = load(shipped("pipelines") / "nightly.yaml").patched({"finetune": {"epochs": 2}})
    job = Job(name="nightly", recipe=nightly, workspace=Workspace(tmp_path))
    records = []
    for night in (1, 2, 3):
        write_jsonl(tmp_path / "raw.jsonl", rows[: night * quarter])
        records.append(run_job(job)[0])
    assert records[0].outcome == "promoted"
    for record in records[1:]:
        assert record.contradiction.new >= 0.8 * quarter  # copies of old messages are not new
        assert record.outcome in ("promoted", "not promoted")
        assert "macro-F1" in record.reason
    write_jsonl(tmp_path / "raw.jsonl", rows[: 3 * quarter] + flipped(rows[3 * quarter :], 0.3))
    for accepted, gate in (([], "conflicting-labels"), (["conflicting-labels"], "contradicted-labels")):
        poisoned, _ = run_job(replace(job, recipe=nightly.patched({"accept": accepted})))
        assert (poisoned.outcome, poisoned.exit_code) == ("gate failed", 3)
        assert gate in poisoned.reason
        assert poisoned.champion == records[2].champion

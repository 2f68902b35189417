"""`datakit worker`."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from datakit.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
TARGET = ("--set", "augment.target=balanced")


def rounds(project):
    """Return how the requests of the latest run were answered."""
    latest = json.loads((project / ".datakit/refs/runs/latest.json").read_text())["run"]
    lines = (project / ".datakit/runs" / latest / "shards.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def augmented(project):
    """Return the bytes of the latest augmented split."""
    latest = json.loads((project / ".datakit/refs/runs/latest.json").read_text())["run"]
    return (project / ".datakit/runs" / latest / "augmented.parquet").read_bytes()


@pytest.fixture
def split(project):
    """Give a project whose splits are made."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["split", "--quiet"]) == 0
    return project


def test_workers_do_the_first_round_together(split, capsys):
    """Each row is in one share; the run after them asks nothing in its first round, and gives the same bytes."""
    done = []
    for share in ("1/3", "2/3", "3/3"):
        assert run(["worker", "--shard", share, "--workers", "1", "--json", *TARGET]) == 0
        (tally,) = json.loads(capsys.readouterr().out)["rounds"]
        done.append((tally["kept"], tally["asked"]))
    assert all(kept == 0 and asked > 0 for kept, asked in done)
    assert run(["worker", "--shard", "1/3", "--workers", "1", *TARGET]) == 0
    assert f"0 rows in 0 shards, {done[0][1]} done before" in capsys.readouterr().out
    assert run(["augment", "--quiet", "--workers", "1"]) == 0
    first = rounds(split)[0]
    assert (first["kept"], first["asked"]) == (sum(asked for _, asked in done), 0)
    ahead = augmented(split)
    for kept in ("shards", "cache"):
        shutil.rmtree(split / ".datakit" / kept)
    assert run(["augment", "--quiet", "--workers", "1"]) == 0
    assert (rounds(split)[0]["asked"], augmented(split)) == (first["kept"], ahead)


@pytest.mark.usefixtures("split")
def test_each_operator_with_a_weight_is_worked_for(capsys):
    """Their shares of the new rows are known beforehand."""
    operators = "augment.operators=[{name: insert-punctuation, weight: 2}, {name: random-swap, weight: 1}]"
    assert run(["worker", "--shard", "1/1", "--workers", "1", "--json", *TARGET, "--set", operators]) == 0
    tallies = json.loads(capsys.readouterr().out)["rounds"]
    assert [tally["operator"] for tally in tallies] == ["insert-punctuation", "random-swap"]


def test_the_script_for_slurm_works(split, tmp_path):
    """As a job array runs it: a task at a time, told its number by the environment."""
    command = tmp_path / "datakit"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m datakit "$@"\n')
    command.chmod(0o755)
    script = ROOT / "pipelines" / "slurm.sh"
    subprocess.run(["/bin/sh", "-n", script], check=True)  # noqa: S603
    tasks = [
        subprocess.Popen(  # noqa: S603
            ["/bin/sh", script],
            cwd=split,
            env={
                **os.environ,
                "DATAKIT": str(command),
                "SLURM_ARRAY_TASK_ID": str(i),
                "SLURM_ARRAY_TASK_COUNT": "2",
                "SLURM_CPUS_PER_TASK": "1",
            },
        )
        for i in (1, 2)
    ]
    assert [task.wait() for task in tasks] == [0, 0]
    assert run(["augment", "--quiet", "--workers", "1"]) == 0
    assert rounds(split)[0]["asked"] == 0


@pytest.mark.parametrize("share", ["0/3", "4/3", "3", "a/b", "1/0"])
def test_a_share_that_is_none_is_refused(share, capsys):
    """With how it is written."""
    assert run(["worker", "--shard", share]) == 2
    assert "write 1/3 for the first of three" in capsys.readouterr().err


def test_workers_do_not_make_splits(project, capsys):
    """All of them would, at the same time."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["worker", "--shard", "1/3"]) == 2
    assert "augment.target=balanced" in capsys.readouterr().err
    assert run(["worker", "--shard", "1/3", *TARGET]) == 2
    assert "fix: datakit split" in capsys.readouterr().err
    assert not (project / ".datakit" / "shards").exists()

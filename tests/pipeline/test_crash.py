"""What a killed process leaves behind."""

import signal
import subprocess
import sys
import time

from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.workspace import Workspace


def test_a_killed_training_costs_only_itself(project, tiny_encoder):
    """SIGKILL in finetune: the lock is free, finished stages stand, nothing half-written is trusted."""
    finetune = {"model": str(tiny_encoder), "epochs": 3, "batch_size": 4, "learning_rate": 5e-3}
    workspace = Workspace(project)
    workspace.remember(parse({"source": "raw.jsonl", "finetune": {**finetune, "epochs": 10_000}}, where="test"))
    with subprocess.Popen(
        [sys.executable, "-m", "datakit", "finetune", "--quiet", "--set", "finetune.patience=9999"], cwd=project
    ) as process:
        wait_for(lambda: any(workspace.root.glob("runs/*/tensorboard/events*")))
        process.send_signal(signal.SIGKILL)
    (killed,) = workspace.history()
    assert killed.outcome == "running"
    outcome = bring_up_to(
        workspace, parse({"source": "raw.jsonl", "finetune": finetune}, where="test"), "diagnose", command="test"
    )
    assert outcome.ran == (
        "preflight",
        "finetune",
        "evaluate",
        "diagnose",
    )  # with other options than the killed one
    assert [manifest.outcome for manifest in workspace.history()] == ["broken off", "done"]
    assert list(workspace.scratch.iterdir()) == []
    assert list(workspace.root.rglob("*.tmp")) == []


def test_a_killed_augmentation_gives_the_same_bytes_when_it_is_run_again(project, tmp_path_factory, monkeypatch):
    """SIGKILL in augment: the second run's artefacts are those of a run that nobody killed."""
    recipe = parse({"source": "raw.jsonl", "augment": {"target": "count=1500"}}, where="test")
    workspace = Workspace(project)
    workspace.remember(recipe)
    with subprocess.Popen(
        [sys.executable, "-m", "datakit", "augment", "--quiet", "--target", "count=1500"], cwd=project
    ) as process:
        wait_for(lambda: any('"augment"' in log.read_text() for log in workspace.root.glob("runs/*/events.jsonl")))
        process.send_signal(signal.SIGKILL)
    assert [manifest.outcome for manifest in workspace.history()] == ["running"]
    again = bring_up_to(workspace, recipe, "augment", command="test")
    assert again.ran == ("augment",)
    assert list(workspace.scratch.iterdir()) == []
    fresh = tmp_path_factory.mktemp("fresh")
    (fresh / "raw.jsonl").write_bytes((project / "raw.jsonl").read_bytes())
    monkeypatch.chdir(fresh)
    never = bring_up_to(Workspace(fresh), recipe, "augment", command="test")
    for name in ("augmented.parquet", "rejected.jsonl"):
        assert (again.folder / name).read_bytes() == (never.folder / name).read_bytes()


def wait_for(condition, seconds=120):
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)

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
    assert outcome.ran == ("finetune", "evaluate", "diagnose")
    assert [manifest.outcome for manifest in workspace.history()] == ["broken off", "done"]
    assert list(workspace.scratch.iterdir()) == []
    assert list(workspace.root.rglob("*.tmp")) == []


def wait_for(condition, seconds=120):
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)

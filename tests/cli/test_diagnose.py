"""What `datakit diagnose` adds to the verbs of the pipeline."""

import json
import re

import pytest

from datakit.cli.main import run


def test_a_training_that_diverged_is_judged_by_its_run(project, tiny_encoder, capsys):
    """The error names the command; it needs no figures of the test split, and trains nothing again."""
    huge = "finetune.class_weights={ham: 3.0e+38, spam: 3.0e+38}"
    tiny = [f"finetune.model={tiny_encoder}", "finetune.epochs=1", "finetune.max_length=32", huge]
    assert run(["validate", "raw.jsonl"]) == 0
    assert run(["finetune", *(word for setting in tiny for word in ("--set", setting))]) == 3
    (command,) = re.findall(r"datakit diagnose (\S+)", capsys.readouterr().err)
    assert run(["diagnose", command, "--json"]) == 3
    found = json.loads(capsys.readouterr().out)["findings"]
    assert "diverged" in [finding["code"] for finding in found]
    assert run(["diagnose", command, "--accept", "diverged"]) == 0
    assert "no finite number" in capsys.readouterr().out
    assert len(list((project / ".datakit" / "runs").iterdir())) == 2


@pytest.mark.parametrize(
    ("name", "hint"), [("2", "nothing was trained in this run"), ("x", "no runs of that name")]
)
@pytest.mark.usefixtures("project")
def test_a_run_without_a_training_has_nothing_to_judge(capsys, name, hint):
    """Nor has one that does not exist."""
    assert run(["validate", "raw.jsonl"]) == 0
    assert run(["diagnose", name]) == 2
    assert hint in capsys.readouterr().err

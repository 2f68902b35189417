"""What `datakit finetune` adds to the verbs of the pipeline."""

import json

import pytest
from support import as_if_trained, sms, write_jsonl

from datakit.cli.main import run

SETTINGS = ["split.test=0.3", "split.validation=0.2", "evaluate.probe=false", "finetune.batch_size=4"]


@pytest.fixture
def call(project, tiny_encoder):
    """Return how a repair is called that finds a frozen encoder."""
    write_jsonl(project / "raw.jsonl", sms(200))
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    frozen = [*SETTINGS, "finetune.freeze=embeddings,0-1", "finetune.learning_rate=5e-3"]
    encoder = as_if_trained(tiny_encoder, project / "encoder")
    options = ["--model", str(encoder), "--max-length", "32", "--epochs", "3"]
    return ["finetune", "--repair", *options, *(word for one in frozen for word in ("--set", one))]


def test_a_repair_is_told(call, project, capsys):
    """To people and machines: what was wrong, done and brought, how to undo it. Then nothing is to be done."""
    assert run(call) == 0
    out = " ".join(capsys.readouterr().out.split())
    for told in (
        "frozen-body proved",
        "symptom the loss falls a little",
        "remedy finetune.freeze=null",
        "diagnosed then nothing",
        "verdict proved: the whole interval lies above 0",
        "changed finetune.freeze from embeddings,0-1 to null",
        "undo datakit finetune --set finetune.freeze=embeddings,0-1",
    ):
        assert told in out
    (report,) = (project / ".datakit" / "runs").glob("*/report.html")
    assert "What stays" in report.read_text()
    assert run([*call, "--json", "--tries", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    folder = project / told.pop("folder")
    assert told.pop("report") == str(folder / "report.html")
    assert told == json.loads((folder / "repair.json").read_text())
    assert [one["verdict"] for one in told["attempts"]] == ["proved"]
    assert told["schema_version"] == 1
    assert run(["finetune", "--repair"]) == 0
    assert "nothing to repair" in capsys.readouterr().out


def test_what_is_still_wrong_ends_with_3(call, capsys):
    """A training that diverges whatever is tried has no model to keep."""
    assert run([*call, "--set", "finetune.class_weights={ham: 3.0e+38, spam: 3.0e+38}", "--tries", "1"]) == 3
    out = " ".join(capsys.readouterr().out.split())
    assert "1 remedy was tried; no training came to a model" in out
    assert "before no model: diverged at step 1" in out
    assert "still wrong diverged at step 1" in out


def test_a_failed_gate_ends_with_3(call, project, capsys):
    """As without --repair."""
    with (project / "raw.jsonl").open("a") as file:
        file.write('{"text": "x", "label": 3}\n')
    assert run(call) == 3
    assert "--accept mixed-label-types" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--tries", "3"], "no --repair beside it"), (["--repair", "--lr-range-test"], "which trains nothing")],
)
@pytest.mark.usefixtures("project")
def test_calls_that_cannot_be_followed_end_with_2(arguments, told, capsys):
    """And say what to do."""
    assert run(["finetune", *arguments]) == 2
    assert told in capsys.readouterr().err

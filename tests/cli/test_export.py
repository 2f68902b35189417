"""Handing a model over."""

import pytest
import yaml
from transformers import pipeline

from datakit.cli.main import run
from datakit.core.errors import UsageError
from datakit.pipeline.exporting import export
from datakit.pipeline.workspace import Workspace


@pytest.fixture
def trained(project, tiny_encoder):
    """Fine-tune a tiny model in the project."""
    options = (f"model={tiny_encoder}", "batch_size=4", "learning_rate=0.005", "epochs=2", "max_length=32")
    settings = [part for option in options for part in ("--set", f"finetune.{option}")]
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    # The doctor is right to stop such a model, after it was evaluated.
    assert run(["finetune", "--quiet", *settings, "--set", "evaluate.probe=false"]) in (0, 3)
    return project


def test_the_folder_is_what_transformers_loads_and_its_card_says_what_it_is(trained, capsys):
    """With data, settings, figures and limits; the metadata on top is YAML that the hub reads."""
    assert run(["export", "out", "--title", "Spam or not", "--onnx"]) == 0
    assert "model.onnx: logits within" in capsys.readouterr().out
    assert {path.name for path in (trained / "out").iterdir()} >= {
        "README.md", "config.json", "model.safetensors", "model.onnx", "calibration.json", "thresholds.json",
    }  # fmt: skip
    _, metadata, card = (trained / "out" / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    assert yaml.safe_load(metadata)["pipeline_tag"] == "text-classification"
    assert "# Spam or not" in card
    assert all(
        part in card for part in ("`ham`", "`spam`", "majority", "macro-F1", "## Limits", "learning_rate: 0.005")
    )
    (answer,) = pipeline("text-classification", model=str(trained / "out"))(["win cash now"])
    assert answer["label"] in {"ham", "spam"}


def test_nothing_is_overwritten(trained):
    """A folder that holds something is refused."""
    with pytest.raises(UsageError, match="not empty"):
        export(Workspace(trained), None, trained)


def test_without_a_model_the_next_command_is_told(project):
    """Nothing was fine-tuned here."""
    with pytest.raises(UsageError, match="datakit finetune"):
        export(Workspace(project), None, project / "out")

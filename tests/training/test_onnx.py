"""Models as ONNX."""

import numpy as np
import onnxruntime
import pytest
import torch
from support import FAMILIES, save_tiny
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from datakit.core.errors import GateError
from datakit.core.hushed import quiet_transformers
from datakit.training import onnx
from datakit.training.onnx import export_onnx

TEXTS = ["win cash now", "hello", "see you at the meeting tomorrow , will you bring the report"]


def classifier(family, folder):
    """Save a classifier of a family with three labels."""
    encoder = save_tiny(family, folder / "encoder")
    with quiet_transformers():
        AutoModelForSequenceClassification.from_pretrained(encoder, num_labels=3).save_pretrained(folder / "model")
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder / "model")
    return folder / "model"


@pytest.mark.parametrize("family", ["bert", pytest.param("modernbert", marks=pytest.mark.slow)])
def test_onnx_gives_what_pytorch_gives_for_any_rows_and_lengths(family, tmp_path):
    """The file alone is enough for a runtime; other shapes than the exported ones work."""
    assert family in FAMILIES
    model = classifier(family, tmp_path)
    assert export_onnx(model, tmp_path / "model.onnx", TEXTS) < 1e-5
    inputs = AutoTokenizer.from_pretrained(model)(["a much longer text " * 20], return_tensors="pt")
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    names = [each.name for each in session.get_inputs()]
    assert names == ["input_ids", "attention_mask"]
    (got,) = session.run(None, {name: inputs[name].numpy() for name in names})
    loaded = AutoModelForSequenceClassification.from_pretrained(model).eval()
    with torch.inference_mode():
        expected = loaded(**{name: inputs[name] for name in names}).logits.numpy()
    assert np.abs(got - expected).max() < 1e-4


def test_a_file_that_answers_otherwise_is_not_handed_over(tmp_path, monkeypatch):
    """It is removed, and the difference is told."""
    monkeypatch.setattr(onnx, "TOLERANCE", -1.0)
    with pytest.raises(GateError, match="logits differ"):
        export_onnx(classifier("bert", tmp_path), tmp_path / "model.onnx", TEXTS)
    assert not (tmp_path / "model.onnx").exists()

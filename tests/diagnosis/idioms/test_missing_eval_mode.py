from datakit.testing import recognise

CODE = """
import torch
from transformers import AutoModel
model.train()
with torch.no_grad():
    model(**batch)
"""


def test_an_evaluation_with_dropout_is_told():
    """Where it begins."""
    assert recognise("missing-eval-mode", CODE) == [5]


def test_a_model_that_is_switched_is_right():
    """Or was never in training mode, or is left to a Trainer."""
    assert recognise("missing-eval-mode", CODE + "model.eval()") == []
    assert recognise("missing-eval-mode", CODE.replace("model.train()", "")) == []
    assert recognise("missing-eval-mode", CODE.replace("AutoModel", "Trainer") + "Trainer(model)") == []
    assert recognise("missing-eval-mode", CODE.replace("    model(", "    count(")) == []

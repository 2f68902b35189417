from datakit.testing import recognise

CODE = """
import torch
from transformers import AutoModel
model.eval()
for batch in loader:
    model(**batch)
"""


def test_an_evaluation_with_gradients_is_a_remark():
    """Where it begins."""
    assert recognise("missing-no-grad", CODE) == [5]


def test_inference_and_training_are_right():
    """The one keeps no gradients, the other needs them."""
    assert recognise("missing-no-grad", CODE + "torch.inference_mode()") == []
    assert recognise("missing-no-grad", CODE + "    loss.backward()") == []
    assert recognise("missing-no-grad", CODE.replace("model.eval()", "")) == []

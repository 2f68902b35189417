from datakit.testing import recognise


def test_weights_of_16_bits_that_are_trained_are_told():
    """By either name of the option, or turned into it."""
    code = """
import torch
from transformers import AutoModel, Trainer
model = AutoModel.from_pretrained(name, dtype=torch.bfloat16)
model = AutoModel.from_pretrained(name, torch_dtype="float16")
model.half()
Trainer(model)
"""
    assert recognise("low-precision-weights", code) == [4, 5, 6]


def test_weights_of_32_bits_adapters_and_use_are_right():
    """Nothing is trained below the last training."""
    code = """
from transformers import AutoModel, Trainer
model = AutoModel.from_pretrained(name, dtype="float32")
Trainer(model).train()
small = AutoModel.from_pretrained(name, dtype="bfloat16")
"""
    assert recognise("low-precision-weights", code) == []
    adapted = "from peft import get_peft_model\n" + code.replace("float32", "float16")
    assert recognise("low-precision-weights", adapted) == []

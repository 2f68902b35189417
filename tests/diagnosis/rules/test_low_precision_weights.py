import pytest
from sick import SICK

from datakit.testing import history, judge


def test_sixteen_bit_weights_are_warned_of():
    """We never train such, so there is nothing to set."""
    diagnosis = judge("low-precision-weights", **SICK["low-precision-weights"])
    assert diagnosis.finding.message == "the weights are bfloat16: what a step changes is mostly rounded away"
    assert diagnosis.remedy == {}


@pytest.mark.parametrize(
    ("kind", "accuracy", "fires"),
    [
        ("torch.float16", 0.5, True),
        ("bfloat16", 0.95, False),
        ("float32", 0.5, False),
        (None, 0.5, False),
    ],
)
def test_only_where_it_did_harm(kind, accuracy, fires):
    """At a high rate it does none."""
    run = history(epochs=[{"train_accuracy": accuracy}], settings={"weights_dtype": kind})
    assert (judge("low-precision-weights", history=run) is not None) is fires


def test_a_checkpoint_in_bf16_is_trained_in_fp32(before, tiny_encoder, tmp_path):
    """So our own trainings never have this fault."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(tiny_encoder, dtype=torch.bfloat16).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(tmp_path)
    run = before(encoder=tmp_path)
    assert run.settings["weights_dtype"] == "float32"
    assert judge("low-precision-weights", history=run) is None

"""The model to train."""

import pytest
import torch
from support import FAMILIES, save_tiny

from datakit.core.errors import UsageError
from datakit.training.architecture import build
from datakit.training.settings import Settings
from datakit.training.task import Task

TASK = Task(labels=("a", "b", "c"), counts=(1, 1, 1), rows=3, multi_label=False)


def rates(model):
    """Return the dropout rates of the modules in the encoder, and of those outside."""
    inside = {id(m) for m in model.base_model.modules()}
    dropouts = [m for m in model.modules() if isinstance(m, torch.nn.Dropout)]
    return {m.p for m in dropouts if id(m) in inside}, {m.p for m in dropouts if id(m) not in inside}


@pytest.mark.parametrize("family", FAMILIES)
def test_dropout_is_set_in_the_fields_of_the_family(family, tmp_path):
    """Encoder, attention and head each get their rate; by default the model keeps its own."""
    folder = save_tiny(family, tmp_path)
    model = build(folder, TASK, Settings(dropout=0.31, attention_dropout=0.32, head_dropout=0.33))
    encoder, head = rates(model)
    assert encoder | {getattr(m, "attention_dropout", None) for m in model.modules()} >= {0.31, 0.32}
    assert head == {0.33}
    assert model.config.id2label == {0: "a", 1: "b", 2: "c"}
    assert 0.31 not in rates(build(folder, TASK, Settings()))[0]


def test_a_rate_that_the_model_does_not_have_is_told(tmp_path, monkeypatch):
    """Not left out silently."""
    folder = save_tiny("bert", tmp_path)
    monkeypatch.setitem(
        __import__("datakit.training.architecture", fromlist=["_"])._DROPOUTS, "dropout", ("none",)
    )
    with pytest.raises(UsageError, match="bert has no such rate"):
        build(folder, TASK, Settings(dropout=0.2))

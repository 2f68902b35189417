"""LoRA."""

import pytest
import torch
from support import save_tiny
from transformers import AutoModelForSequenceClassification

from datakit.core.errors import UsageError
from datakit.training.adapters import adapt
from datakit.training.settings import Settings

pytest.importorskip("peft")

INPUTS = {"input_ids": torch.tensor([[2, 7, 8, 9, 3]]), "attention_mask": torch.ones(1, 5, dtype=torch.long)}


@pytest.fixture(params=["distilbert", "modernbert", "deberta-v2"])
def model(request, tmp_path):
    """Give tiny classifiers of three families."""
    return AutoModelForSequenceClassification.from_pretrained(save_tiny(request.param, tmp_path), num_labels=2)


def test_only_adapters_and_head_learn(model):
    """Every matrix of the blocks has an adapter; the head learns in full, the embeddings do not."""
    names = {name for name, _ in model.named_parameters()}
    matrices = [n for n, m in model.named_modules() if isinstance(m, torch.nn.Linear) and "layer" in n]
    adapt(model, Settings(lora_rank=4))
    learning = {name for name, p in model.named_parameters() if p.requires_grad}
    assert len([name for name in learning if "lora_A" in name]) == len(matrices)
    assert {name for name in learning if "lora" not in name} == {
        name for name in names if name.split(".")[0] in ("classifier", "pre_classifier", "head", "pooler")
    } | {name for name in names if "final_norm" in name}


def test_merging_gives_the_plain_model_that_says_the_same(model, tmp_path):
    """Its folder holds what any folder of such a model holds, and loads without peft."""
    names = set(model.state_dict())
    merge = adapt(model, Settings(lora_rank=4, lora_dropout=0.1))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_()  # as if it had learnt; it begins at 0
    adapted = model.eval()(**INPUTS).logits
    merge()
    assert set(model.state_dict()) == names
    model.save_pretrained(tmp_path / "merged")
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path / "merged").eval()
    assert torch.allclose(again(**INPUTS).logits, adapted, atol=1e-4)
    assert sorted(path.name for path in (tmp_path / "merged").iterdir()) == ["config.json", "model.safetensors"]


def test_targets_are_named_by_their_last_names(tiny_encoder):
    """Only these get adapters; one that is not there is told with those that are."""
    model = AutoModelForSequenceClassification.from_pretrained(tiny_encoder, num_labels=2)
    with pytest.raises(UsageError, match=r"no q_lin(?s:.*)dense, key, query, value"):
        adapt(model, Settings(lora_rank=2, lora_targets="q_lin,value"))
    adapt(model, Settings(lora_rank=2, lora_targets="query, value"))
    assert {n.split(".")[-4] for n, _ in model.named_parameters() if "lora_A" in n} == {"query", "value"}


def test_without_a_rank_nothing_is_changed(tiny_encoder):
    """All of the model learns."""
    model = AutoModelForSequenceClassification.from_pretrained(tiny_encoder, num_labels=2)
    names = set(model.state_dict())
    adapt(model, Settings())()
    assert set(model.state_dict()) == names
    assert all(parameter.requires_grad for parameter in model.parameters())

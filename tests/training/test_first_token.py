"""Leaving out what the head does not read."""

import pytest
import torch
from support import FAMILIES, save_tiny
from transformers import AutoModelForSequenceClassification

from datakit.training.first_token import narrow

IDS = torch.tensor([[2, 10, 11, 12, 3], [2, 13, 3, 0, 0]])
MASK = (IDS > 0).long()


@pytest.mark.parametrize("family", FAMILIES)
def test_logits_and_gradients_stay_the_same(family, tmp_path):
    """In every family, whether it is narrowed or left alone."""
    results = []
    for narrowed in (False, True):
        torch.manual_seed(0)
        model = AutoModelForSequenceClassification.from_pretrained(
            save_tiny(family, tmp_path / family), num_labels=3
        ).eval()
        if narrowed:
            narrow(model)
        logits = model(input_ids=IDS, attention_mask=MASK).logits
        logits.square().sum().backward()
        gradients = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
        results.append((logits, gradients))
    (logits, gradients), (narrow_logits, narrow_gradients) = results
    assert torch.allclose(logits, narrow_logits, atol=1e-6)
    assert gradients.keys() == narrow_gradients.keys()
    for name, gradient in gradients.items():
        assert torch.allclose(gradient, narrow_gradients[name], atol=1e-5), name


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta"])
def test_the_last_block_gives_one_token_a_row(family, tmp_path):
    """What was to be saved is saved."""
    model = AutoModelForSequenceClassification.from_pretrained(save_tiny(family, tmp_path / family)).eval()
    narrow(model)
    assert model.base_model(input_ids=IDS, attention_mask=MASK).last_hidden_state.shape == (2, 1, 32)

"""Learning the embeddings of the words that occur."""

import pytest
import torch
from support import FAMILIES, save_tiny
from transformers import AutoModelForSequenceClassification

from datakit.training.vocabulary import narrow_vocabulary

IDS = torch.tensor([[2, 110, 111, 112, 3], [2, 113, 3, 0, 0]])
MASK = (IDS > 0).long()


def model_of(folder):
    """Return the same new model each time, without dropout."""
    torch.manual_seed(0)
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3).eval()


def learn(model, steps=3):
    """Take a few steps of AdamW without weight decay; return the logits of each."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0)
    logits = []
    for _ in range(steps):
        logits.append(model(input_ids=IDS, attention_mask=MASK).logits)
        logits[-1].square().sum().backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
    return torch.stack(logits).detach()


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_learnt_is_the_same(family, tmp_path):
    """Logits of each step, and all weights afterwards, by name and shape."""
    folder = save_tiny(family, tmp_path / family)
    whole, narrowed = model_of(folder), model_of(folder)
    before = narrowed.get_input_embeddings().weight.shape
    restore = narrow_vocabulary(narrowed, set(IDS.flatten().tolist()))
    assert narrowed.get_input_embeddings().weight.shape == (len(set(IDS.flatten().tolist())), before[1])
    assert torch.allclose(learn(whole), learn(narrowed), atol=1e-5)
    restore()
    expected, found = whole.state_dict(), narrowed.state_dict()
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        assert torch.allclose(value, found[name], atol=1e-4), name
    other = torch.tensor([[2, 120, 121, 3]])
    assert torch.allclose(whole(other).logits, narrowed(other).logits, atol=1e-4)


def test_words_that_do_not_occur_keep_their_embeddings(tiny_encoder):
    """To the bit, with any weight decay."""
    model = model_of(tiny_encoder)
    before = model.get_input_embeddings().weight.detach().clone()
    restore = narrow_vocabulary(model, {2, 3, 110})
    model.get_input_embeddings().weight.data.mul_(0.5)
    restore()
    after = model.get_input_embeddings().weight
    changed = (before != after).any(dim=1).nonzero().flatten().tolist()
    assert set(changed) <= {0, 2, 3, 110}
    assert {2, 3, 110} <= set(changed)


def test_embeddings_that_do_not_learn_are_left_alone(tiny_encoder):
    """There is nothing to save."""
    model = model_of(tiny_encoder)
    weight = model.get_input_embeddings().weight.requires_grad_(False)
    narrow_vocabulary(model, {2})()
    assert model.get_input_embeddings().weight is weight

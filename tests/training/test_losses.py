"""Losses."""

import torch
from torch.nn import functional

from datakit.training.losses import balanced_weights, weighted_cross_entropy
from datakit.training.task import Task


def test_balanced_weights_make_every_label_weigh_the_same():
    """Rows times weight is the same for each label, and the mean weight of a row is one."""
    weights = balanced_weights(Task(labels=("ham", "spam"), counts=(90, 10), rows=100, multi_label=False))
    assert torch.allclose(weights * torch.tensor([90.0, 10.0]), torch.tensor([50.0, 50.0]))
    assert torch.isclose((weights * torch.tensor([0.9, 0.1])).sum(), torch.tensor(1.0))


def test_a_batch_of_rare_rows_pulls_harder():
    """The sum is divided by the rows, so the weights do not cancel out in a batch of one label."""
    logits, labels = torch.zeros(4, 2), torch.ones(4, dtype=torch.long)
    loss = weighted_cross_entropy(torch.tensor([0.5, 5.0]), multi_label=False)
    plain = functional.cross_entropy(logits, labels)
    assert torch.isclose(loss({"logits": logits}, labels), 5 * plain)
    assert torch.isclose(loss({"logits": logits}, labels, 8), 2.5 * plain)


def test_half_precision_logits_are_summed_in_full():
    """The loss of bf16 logits is an fp32 number."""
    logits, labels = torch.randn(8, 3).bfloat16(), torch.arange(8) % 3
    loss = weighted_cross_entropy(torch.ones(3), multi_label=False)({"logits": logits}, labels)
    assert loss.dtype == torch.float32

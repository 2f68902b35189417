"""The loss `cross-entropy`."""

import torch
from torch.nn import functional

from datakit.training.losses.cross_entropy import CrossEntropy
from datakit.training.task import Task

TASK = Task(labels=("ham", "spam"), counts=(90, 10), rows=100, multi_label=False)


def test_each_row_costs_the_negative_logarithm_of_its_labels_probability():
    """At p = .9 it is .105, at p = .1 it is 2.303."""
    logits = torch.tensor([[0.1, 0.9], [0.9, 0.1]]).log()
    each = CrossEntropy().of_label(logits, torch.tensor([1, 1]), TASK)
    assert torch.allclose(each, torch.tensor([0.1054, 2.3026]), atol=1e-4)


def test_each_label_of_a_row_with_several_costs_by_itself():
    """One loss a row and label."""
    logits, targets = torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 1.0]])
    each = CrossEntropy().of_labels(logits, targets, TASK)
    assert torch.allclose(each, -functional.logsigmoid(logits))


def test_smoothing_makes_ever_larger_logits_cost_again():
    """The best probability of the right label is then 1 - smoothing / 2 for two labels, in both kinds of task."""
    loss = CrossEntropy(label_smoothing=0.2)
    logit = torch.linspace(-10, 10, 4001)
    pairs = torch.stack([torch.zeros_like(logit), logit], dim=1)
    for each in (
        loss.of_label(pairs, torch.ones(len(logit), dtype=torch.long), TASK),
        loss.of_labels(logit[:, None], torch.ones(len(logit), 1), TASK)[:, 0],
    ):
        assert torch.isclose(logit[each.argmin()].sigmoid(), torch.tensor(0.9), atol=1e-3)

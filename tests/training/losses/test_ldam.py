"""The loss `ldam`."""

import torch
from torch.nn import functional

from datakit.training.losses.ldam import Ldam
from datakit.training.task import Task

TASK = Task(labels=("ham", "spam"), counts=(160, 10), rows=170, multi_label=False)


def test_a_rare_label_must_be_ahead_by_a_wider_margin():
    """Sixteen times the rows, half the margin: a row ahead by its margin costs what a tie does without one."""
    logits = torch.tensor([[1.0, 0.0], [0.0, 2.0]])  # ham ahead by 1, spam by 2
    each = Ldam(max_margin=2.0).of_label(logits, torch.tensor([0, 1]), TASK)
    assert torch.allclose(each, torch.tensor([2.0, 2.0]).log())


def test_scale_sharpens():
    """All logits, margins off, are multiplied."""
    logits, targets = torch.tensor([[0.3, 0.1]]), torch.tensor([1])
    each = Ldam(max_margin=0.5, scale=30).of_label(logits, targets, TASK)
    assert torch.allclose(each, functional.cross_entropy(30 * torch.tensor([[0.3, -0.4]]), targets))

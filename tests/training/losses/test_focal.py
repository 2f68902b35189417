"""The loss `focal`."""

import pytest
import torch

from datakit.training.losses.cross_entropy import CrossEntropy
from datakit.training.losses.focal import Focal
from datakit.training.task import Task

TASK = Task(labels=("ham", "spam"), counts=(90, 10), rows=100, multi_label=False)


def test_easy_rows_count_for_little():
    """With gamma 2, a row at p = .9 costs a hundredth of its cross-entropy, one at p = .5 a quarter."""
    logits, targets = torch.tensor([[0.1, 0.9], [0.5, 0.5]]).log(), torch.tensor([1, 1])
    parts = Focal().of_label(logits, targets, TASK) / CrossEntropy().of_label(logits, targets, TASK)
    assert torch.allclose(parts, torch.tensor([0.01, 0.25]))


def test_a_no_counts_as_a_yes_does_where_a_row_may_have_several_labels():
    """It is the probability of the right answer that counts, to each label."""
    logits, targets = torch.tensor([[0.9, 0.9]]).logit(), torch.tensor([[1.0, 0.0]])
    parts = Focal().of_labels(logits, targets, TASK) / CrossEntropy().of_labels(logits, targets, TASK)
    assert torch.allclose(parts, torch.tensor([[0.01, 0.81]]))


def test_without_gamma_it_is_cross_entropy():
    """Gamma 0 focuses on nothing."""
    logits, targets = torch.randn(8, 2, generator=torch.Generator().manual_seed(0)), torch.arange(8) % 2
    assert torch.equal(
        Focal(gamma=0).of_label(logits, targets, TASK), CrossEntropy().of_label(logits, targets, TASK)
    )


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_the_gradient_is_finite_where_the_model_is_sure(gamma):
    """Right or wrong beyond what fp32 tells from 1: the slope of a root at 0 would be infinite."""
    logits = torch.tensor([[100.0, -100.0], [-100.0, 100.0]], requires_grad=True)
    Focal(gamma=gamma).of_label(logits, torch.tensor([0, 0]), TASK).sum().backward()
    assert torch.isfinite(logits.grad).all()

"""The loss `logit-adjustment`."""

import pytest
import torch

from datakit.training.losses.cross_entropy import CrossEntropy
from datakit.training.losses.logit_adjustment import LogitAdjustment
from datakit.training.task import Task

TASK = Task(labels=("ham", "spam"), counts=(90, 10), rows=100, multi_label=False)
SEVERAL = Task(labels=("all", "rare"), counts=(100, 10), rows=100, multi_label=True)


@pytest.mark.parametrize("tau", [0.0, 0.5, 1.0])
def test_a_model_that_knows_nothing_learns_no_frequencies(tau):
    """The one answer to all texts that costs least gives labels equal logits at tau 1, log 9 apart at tau 0."""
    ahead = torch.linspace(-4, 4, 8001)
    logits = torch.stack([ahead, torch.zeros_like(ahead)], dim=1)
    loss = LogitAdjustment(tau=tau)
    ham, spam = (loss.of_label(logits, torch.full((len(ahead),), label), TASK) for label in (0, 1))
    best = ahead[(0.9 * ham + 0.1 * spam).argmin()]
    assert best.item() == pytest.approx((1 - tau) * 2.1972, abs=2e-3)


def test_the_odds_of_each_label_are_taken_out_where_a_row_may_have_several():
    """A label that every row carries has finite odds too."""
    logit = torch.linspace(-8, 8, 16001)
    logits = torch.stack([logit, logit], dim=1)
    yes, no = (LogitAdjustment().of_labels(logits, torch.full_like(logits, x), SEVERAL) for x in (1.0, 0.0))
    assert torch.isfinite(yes).all()
    rare = 0.1 * yes[:, 1] + 0.9 * no[:, 1]
    assert logit[rare.argmin()].item() == pytest.approx(0, abs=0.06)  # half a row was added to both sides


def test_without_tau_it_is_cross_entropy():
    """Tau 0 takes nothing out."""
    logits, targets = torch.randn(8, 2, generator=torch.Generator().manual_seed(0)), torch.arange(8) % 2
    plain = CrossEntropy().of_label(logits, targets, TASK)
    assert torch.equal(LogitAdjustment(tau=0).of_label(logits, targets, TASK), plain)

"""What the model is punished for."""

from collections.abc import Callable, Mapping

import torch
from torch.nn import functional

from datakit.training.settings import Settings
from datakit.training.task import Task

Loss = Callable[[Mapping[str, torch.Tensor], torch.Tensor, torch.Tensor | int | None], torch.Tensor]


def loss_of(settings: Settings, task: Task) -> Loss:
    """Return the loss that the settings ask for, in the form that transformers' Trainer calls."""
    weights = balanced_weights(task) if settings.class_weights == "balanced" else torch.ones(len(task.labels))
    return weighted_cross_entropy(weights, multi_label=task.multi_label)


def balanced_weights(task: Task) -> torch.Tensor:
    """Return one weight a label, (k,): n / (k * rows of the label), so that every label weighs the same.

    Source: King & Zeng 2001, Logistic regression in rare events data; scikit-learn's `class_weight="balanced"`.
    """
    n = sum(task.counts)
    return torch.tensor([n / (len(task.labels) * count) for count in task.counts])


def weighted_cross_entropy(weights: torch.Tensor, *, multi_label: bool) -> Loss:
    """Return cross-entropy with one weight a label, in the form that transformers' Trainer calls.

    The sum over the batch is divided by the number of its rows, not by the sum of their weights: a batch that
    happens to hold only rare rows must pull harder, or the weights would cancel out. With several labels a row
    it is the mean of the labels' binary cross-entropies; a weight is that of the rows that carry the label.
    """

    def loss(
        outputs: Mapping[str, torch.Tensor],
        targets: torch.Tensor,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        logits = outputs["logits"].float()  # (rows, k)
        weight = weights.to(logits.device)
        if multi_label:
            total = (
                functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=weight, reduction="none")
                .mean(dim=1)
                .sum()
            )
            # The Trainer counts labels, not rows.
            return total / (len(targets) if num_items_in_batch is None else num_items_in_batch / logits.shape[1])
        total = functional.cross_entropy(logits, targets, weight, reduction="sum")
        return total / (len(targets) if num_items_in_batch is None else num_items_in_batch)

    return loss

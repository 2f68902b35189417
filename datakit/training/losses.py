"""What the model is punished for."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch.nn import functional

Loss = Callable[[Mapping[str, torch.Tensor], torch.Tensor, torch.Tensor | int | None], torch.Tensor]


def balanced_weights(labels: Sequence[str], counts: Mapping[str, int]) -> torch.Tensor:
    """Return one weight a label, (k,): n / (k * rows of the label), so that every label weighs the same.

    Source: King & Zeng 2001, Logistic regression in rare events data; scikit-learn's `class_weight="balanced"`.
    """
    n = sum(counts.values())
    return torch.tensor([n / (len(labels) * counts[label]) for label in labels])


def weighted_cross_entropy(weights: torch.Tensor) -> Loss:
    """Return cross-entropy with one weight a label, in the form that transformers' Trainer calls.

    The sum over the batch is divided by the number of its rows, not by the sum of their weights: a batch that
    happens to hold only rare rows must pull harder, or the weights would cancel out.
    """

    def loss(
        outputs: Mapping[str, torch.Tensor],
        labels: torch.Tensor,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        logits = outputs["logits"]  # (rows, k)
        total = functional.cross_entropy(logits.float(), labels, weights.to(logits.device), reduction="sum")
        return total / (labels.numel() if num_items_in_batch is None else num_items_in_batch)

    return loss

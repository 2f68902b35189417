"""What a training run recorded: enough to draw its curves and to judge it without the model."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One logged optimizer step."""

    step: int
    loss: float  # mean over the steps since the last record, nats, weighted as in training
    learning_rate: float  # as applied
    grad_norm: float  # before clipping


@dataclass(frozen=True, kw_only=True, slots=True)
class Epoch:
    """One evaluation on the validation split, at the end of an epoch."""

    epoch: int  # from 1
    step: int
    validation_loss: float  # mean cross-entropy, nats, unweighted
    macro_f1: float
    accuracy: float
    predicted: dict[str, int]  # rows per predicted label


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """A whole run: what it set out with, every logged step, every epoch, and which epoch was kept."""

    labels: tuple[str, ...]
    train_counts: dict[str, int]  # rows per label that were trained on
    validation_counts: dict[str, int]
    settings: dict[str, Any]  # learning rate, batch size, … as resolved, JSON-able
    steps: tuple[Step, ...]
    epochs: tuple[Epoch, ...]
    best_epoch: int
    stopped_early: bool

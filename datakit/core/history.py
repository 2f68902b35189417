"""What a training run recorded: enough to draw its curves and to judge it without the model."""

from dataclasses import dataclass, field
from typing import Any

#: Ratios |step of the weights| / |weights| of an encoder's blocks, at the peak of a training: beyond the
#: second trainings failed, below the first they stood still, which they did up to 6e-5 on rare labels
#: (MiniLM, AdamW, three data sets; the healthy had 1.5e-4 to 3e-3).
TOO_SHORT, TOO_FAR = 1e-4, 8e-3
#: The ratio to aim at.
RIGHT = 1e-3


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One logged optimizer step."""

    step: int
    loss: float  # mean over the steps since the last record, nats, weighted as in training
    learning_rate: float | None  # as applied; None where the log of another trainer does not tell
    grad_norm: float | None  # before clipping; None as above
    # Unknown in the record of an older run or another trainer, and where there is nothing to measure.
    relative_loss: float | None = None  # loss / that of a blind answer to the same rows
    accuracy: float | None = None  # on the rows since the last record as they were learnt, with dropout, 0..1
    dominance: float | None = None  # largest part of the answers to these rows that one label has, 0..1
    label_entropy: float | None = None  # of the labels in a batch, mean over the batches, nats
    body_update: float | None = None  # |step of the weights| / |weights|, of the blocks' matrices that learn
    head_update: float | None = None  # the same of the head's
    drift: float | None = (
        None  # |weights - initial weights| / |initial weights|, of the blocks' matrices that learn
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Epoch:
    """One evaluation on the validation split, at the end of an epoch."""

    epoch: int  # from 1
    step: int
    # None, and no answers, where the log of another trainer does not tell.
    validation_loss: float | None  # mean cross-entropy, nats, unweighted
    macro_f1: float | None
    accuracy: float | None
    predicted: dict[str, int]  # rows per predicted label
    # Unknown in the record of an older run.
    relative_loss: float | None = None  # validation loss / that of answering with the labels' frequencies
    entropy: float | None = None  # of the answers' probabilities, mean over rows, nats
    information: float | None = None  # what answers tell of the labels, in parts of the labels' entropy, 0..1
    roc_auc: float | None = None  # area under the ROC curve, mean over labels, 0..1
    recall: dict[str, float] = field(default_factory=dict)  # of each label that validation has, 0..1
    train_accuracy: float | None = None  # of the second half of the epoch's training batches, 0..1

    @property
    def score(self) -> float | None:
        """Macro-F1; accuracy where the log of another trainer has only that."""
        return self.accuracy if self.macro_f1 is None else self.macro_f1


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """What was seen before the first step was made, in its batch."""

    loss: float  # nats, weighted as in training
    relative_loss: float | None  # as in `Step`
    cosine: float | None  # of two rows' vectors that the head reads, mean over all pairs, without dropout
    learning: float  # fraction of the weights of the blocks that learn in this training, 0..1


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """What went wrong so early in the first epoch that it need not be waited for."""

    step: int
    code: str  # name of the rule that says more
    message: str


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
    start: Start | None = None
    alarms: tuple[Alarm, ...] = ()
    diverged_at: int | None = None  # step whose loss or gradient was no finite number
    #: signs that were not measured, by the name they have in evidence -> what they are estimated from
    estimated: dict[str, str] = field(default_factory=dict)

    @property
    def best(self) -> Epoch | None:
        """The epoch that was kept; None where training ended before the first one did."""
        return next((epoch for epoch in self.epochs if epoch.epoch == self.best_epoch), None)

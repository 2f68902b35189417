"""What the model is punished for: the loss of each row, weighed by its label, averaged over the rows of a step."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from datakit.core.errors import Problem, UsageError
from datakit.training.class_weights import class_weights
from datakit.training.losses._base import Loss
from datakit.training.registries import losses
from datakit.training.settings import Settings
from datakit.training.task import Task


class Criterion(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """A loss in the form that transformers' Trainer calls; told of each step if it is one of its callbacks too.

    The sum over the rows is divided by their number, not by the sum of their weights: a batch that happens to hold
    only rare rows must pull harder, or the weights would cancel out. With several labels a row it is the mean of
    the labels' losses; a weight is that of the rows that carry the label.

    Args:
        loss: of a row.
        task: what is learnt.
        weights: one a label, (k,); None weighs all alike.
        after: fraction of all steps before the weights come into effect (deferred re-weighting, Cao et al. 2019).
    """

    def __init__(
        self, loss: Loss, task: Task, weights: Sequence[float] | None = None, *, after: float = 0.0
    ) -> None:
        self._loss = loss
        self._task = task
        self._weights = None if weights is None else torch.tensor(weights, dtype=torch.float32)
        self._after = after
        self._done = 0.0

    def on_step_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Note how far the training is."""
        self._done = state.global_step / state.max_steps

    def __call__(
        self,
        outputs: Mapping[str, torch.Tensor],
        targets: torch.Tensor,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """Return the loss of one (micro-)batch, fp32, whatever the type of the logits.

        Args:
            outputs: with `logits`, (rows, k).
            targets: (rows,) places of labels; or (rows, k) ones and zeros.
            num_items_in_batch: targets in all micro-batches of the step, as the Trainer counts them: k a row
                where a row may have several labels. By default those of this batch.
        """
        logits = outputs["logits"].float()
        if self._task.multi_label:
            each = self._weighed(self._loss.of_labels(logits, targets, self._task), targets)
            return each.sum() / (targets.numel() if num_items_in_batch is None else num_items_in_batch)
        each = self._weighed(self._loss.of_label(logits, targets, self._task), targets)
        return each.sum() / (len(targets) if num_items_in_batch is None else num_items_in_batch)

    def _weighed(self, each: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        if self._weights is None or self._done < self._after:
            return each
        weights = self._weights.to(each.device)
        if self._task.multi_label:
            return each * torch.where(targets > 0, weights, 1.0)
        return each * weights[targets]


def criterion_of(settings: Settings, task: Task) -> Criterion:
    """Return the criterion that the settings ask for.

    Raises:
        UsageError: a loss that cannot learn the task, or weights that do not fit its labels.
    """
    loss = losses.build(settings.loss, settings.loss_options)
    if task.multi_label and loss.one_label_only:
        raise UsageError(
            Problem(
                where="finetune.loss",
                got=f"{settings.loss} cannot learn rows with several labels: {loss.one_label_only}",
                fix="choose cross-entropy, focal or logit-adjustment",
            )
        )
    return Criterion(loss, task, class_weights(settings, task), after=settings.class_weights_after)

"""What tells one cause of a failed training from another: measured as it goes, at no cost worth mentioning."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.nn import Parameter
from transformers import PreTrainedModel, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from datakit.training.alarm import early_alarm
from datakit.training.criterion import Criterion
from datakit.training.layers import HEAD, blocks_of, parts_of
from datakit.training.learning_rate import body_of, update_ratio
from datakit.training.task import Task

# Of the weights a few stand for all: every fifth matrix, so that each kind comes in turn (a block has four or
# six), and so many of their elements.
_EVERY, _ELEMENTS = 5, 1 << 14
_ROWS = 2000  # that the loss of a blind answer is measured on
_PAIRED = 8  # of which every pair of vectors is compared

#: What stands before the names of the figures of the first step.
START = "start/"


class Signals(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """The criterion, in whose place it is called, and a callback that adds what it saw to the Trainer's log.

    It keeps the labels and the answers of training batches, which are computed anyway, and looks at a sample of
    the weights before and after a step that is logged. Only the cosines of the first step take a forward pass of
    their own, of a few rows of its batch. Nothing is drawn from the random generators, and no weight is touched.
    What it knows when a record was made is in the Trainer's log, so that a resumed training goes on with it.

    Stands before the recorder among the callbacks.

    Args:
        criterion: the loss of a batch.
        model: as it is before the first step.
        task: what is learnt.
        targets: of the rows of an epoch, (n,) or (n, k).
        rate: peak learning rate.
        adapters: whether the blocks learn by adapters, whose steps tell nothing: they begin at 0.
    """

    def __init__(
        self,
        criterion: Criterion,
        model: PreTrainedModel,
        task: Task,
        targets: torch.Tensor,
        rate: float,
        *,
        adapters: bool,
    ) -> None:
        self._criterion = criterion
        self._task = task
        self._rate = rate
        self._body = [] if adapters else body_of(model)[::_EVERY]
        self._head = [weights for weights in parts_of(model)[HEAD] if weights.requires_grad and weights.ndim > 1]
        self._learning = _fraction_learning(model)
        self._initial = _sample(self._body)
        self._targets = targets[:: max(1, len(targets) // _ROWS)]
        self._blind_logits = _blind_logits(self._targets, task)
        self._batches: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._before: tuple[torch.Tensor, torch.Tensor] | None = None
        self._updates: dict[str, float] = {}
        self._start: dict[str, float] = {}
        self._first: tuple[tuple[Any, ...], dict[str, Any]] | None = None

    def __call__(
        self,
        outputs: Mapping[str, torch.Tensor],
        targets: torch.Tensor,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> torch.Tensor:
        """Return the criterion's loss of a (micro-)batch."""
        if torch.is_grad_enabled():  # else it is a batch of validation
            answers = outputs["logits"].detach()
            self._batches.append((targets, answers > 0 if self._task.multi_label else answers.argmax(dim=1)))
            if self._first is not None and f"{START}loss" not in self._start:
                with torch.no_grad():
                    loss = self._criterion(outputs, targets).item()
                relative = self._relative(loss, targets)
                self._start |= _known({f"{START}loss": loss, f"{START}relative_loss": relative})
        return self._criterion(outputs, targets, num_items_in_batch)

    def on_train_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        model: PreTrainedModel,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Get hold of what the encoder is given first."""
        if state.global_step:
            return

        def keep(_encoder: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:  # noqa: ANN401
            self._first = tuple(map(_few, args)), {name: _few(value) for name, value in kwargs.items()}
            hook.remove()

        hook = model.base_model.register_forward_pre_hook(keep, with_kwargs=True)

    def on_pre_optimizer_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        model: PreTrainedModel,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Look at the weights before a step that is logged."""
        if self._first is not None:
            first, self._first = self._first, None
            cosine = _cosine(model, *first)
            self._start |= _known({f"{START}cosine": cosine, f"{START}learning": self._learning})
        if (state.global_step + 1) % args.logging_steps == 0:
            self._before = _sample(self._body), _sample(self._head)

    def on_optimizer_step(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,  # noqa: ARG002
        control: TrainerControl,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Look how far it moved them."""
        if self._before is None:
            return
        (body, head), self._before = self._before, None
        self._updates = {"head_update": update_ratio([head], [_sample(self._head)])}
        if self._body:
            now = _sample(self._body)
            self._updates["body_update"] = update_ratio([body], [now])
            self._updates["drift"] = update_ratio([self._initial.to(now.device)], [now])

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        logs: dict[str, Any],
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Add the figures to the record of a step, and the alarm if there is one to raise."""
        if "loss" not in logs:
            return
        targets = torch.cat([targets for targets, _ in self._batches])
        figures = {
            "relative_loss": self._relative(logs["loss"], targets),
            **self._figures_of_batches(targets),
            **self._updates,
        }
        found = {name: float(f"{value:.4g}") for name, value in _known(figures).items()}
        logs |= found | self._start
        state.log_history[-1] |= found | self._start
        self._batches, self._updates, self._start = [], {}, {}
        steps = state.max_steps / args.num_train_epochs
        records = [entry for entry in state.log_history if "loss" in entry]
        if alarm := early_alarm(records, steps, self._rate, max(self._task.counts) / self._task.rows):
            state.log_history[-1]["alarm"] = alarm

    def _relative(self, loss: float, targets: torch.Tensor) -> float | None:
        """Return a loss in parts of that of an answer to the same rows that does not look at the text.

        The same rows, for one of a rare label may weigh more than all others of its batch. Of the blind answers it
        is the one that is best for all rows, by the weights as they are now.
        """
        with torch.no_grad():
            best = min(self._blind_logits, key=lambda logits: self._loss_of(logits, self._targets))
            blind = self._loss_of(best, targets.cpu())
        return loss / blind if blind > 0 else None

    def _loss_of(self, logits: torch.Tensor, targets: torch.Tensor) -> float:
        """Return the loss of one answer, (k,), to all rows."""
        return self._criterion({"logits": logits.expand(len(targets), -1)}, targets).item()

    def _figures_of_batches(self, targets: torch.Tensor) -> dict[str, float | None]:
        """Return what the answers to the batches since the last record, with these targets, tell."""
        answers = torch.cat([answers for _, answers in self._batches])
        if self._task.multi_label:
            return {"accuracy": (answers == (targets > 0)).all(dim=1).float().mean().item()}
        entropies = [_label_entropy(batch) for batch, _ in self._batches]
        return {
            "accuracy": (answers == targets).float().mean().item(),
            "dominance": answers.bincount().max().item() / len(answers),
            "label_entropy": sum(entropies) / len(entropies),
        }


def _known(figures: Mapping[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in figures.items() if value is not None}


def _few(value: Any) -> Any:  # noqa: ANN401
    """Return the first rows of what a model is given of a batch."""
    return value[:_PAIRED] if isinstance(value, torch.Tensor) and value.ndim else value


def _sample(matrices: Sequence[Parameter]) -> torch.Tensor:
    """Return elements of the matrices, (m,): the same ones each time, from rows at even distances."""
    if not matrices:
        return torch.zeros(0)
    stride = max(1, sum(weights.numel() for weights in matrices) // _ELEMENTS)
    return torch.cat([weights.detach()[::stride].flatten() for weights in matrices]).float()


def _fraction_learning(model: PreTrainedModel) -> float:
    """Return the fraction of the elements of the blocks that learn."""
    weights = list(blocks_of(model).parameters())
    total = sum(parameter.numel() for parameter in weights)
    return sum(parameter.numel() for parameter in weights if parameter.requires_grad) / total if total else 0.0


def _blind_logits(targets: torch.Tensor, task: Task) -> tuple[torch.Tensor, ...]:
    """Return the logits, (k,) each, of two answers that do not look at the text: the frequencies, and no opinion.

    A loss that corrects for the frequencies itself has its least value at the second one.
    """
    if task.multi_label:
        shares = targets.mean(dim=0).clamp(1e-6, 1 - 1e-6)
        return shares.logit(), torch.zeros(len(task.labels))
    counts = targets.bincount(minlength=len(task.labels)).float()
    return (counts / counts.sum()).clamp(1e-6).log(), torch.zeros(len(task.labels))


def _label_entropy(targets: torch.Tensor) -> float:
    parts = [n / len(targets) for n in targets.bincount().tolist() if n]
    return float(sum(-part * math.log(part) for part in parts))


def _cosine(model: PreTrainedModel, args: tuple[Any, ...], kwargs: dict[str, Any]) -> float | None:
    """Return the mean cosine of two rows' first vectors, over all pairs; None for a single row. Draws nothing."""
    model.eval()
    with torch.no_grad():
        vectors = model.base_model(*args, **kwargs)[0][:, 0]
    model.train()
    unit = torch.nn.functional.normalize(vectors.double(), dim=1)
    pairs = len(unit) * (len(unit) - 1)
    return float((unit @ unit.T).sum() - len(unit)) / pairs if pairs else None

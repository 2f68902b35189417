"""Writes down what a training run does, while it does it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any, NamedTuple

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from datakit.core.errors import GateError, Problem
from datakit.core.history import Alarm, Epoch, History, Start, Step
from datakit.training.signals import START

Progress = Callable[[int, int, str], None]  # steps done, in all, a note

EARLY = 0.25  # of all steps: soon enough to break a training off with a gain


class Listeners(NamedTuple):
    """Who is told of a training while it goes on; each may end it by raising."""

    progress: Progress  #: after every step
    watch: Callable[[Epoch], None]  #: after every epoch
    early: Callable[[History], None]  #: once, when a quarter of the steps is made


# One figure a label, so that TensorBoard draws each.
_PREDICTED, _RECALL = "eval_predicted/", "eval_recall/"

# Figures that `Signals` and `judged` give, where there are any.
_OF_A_STEP = tuple(field.name for field in fields(Step) if field.default is None)
_OF_AN_EPOCH = ("relative_loss", "entropy", "information", "roc_auc")


class NotFiniteError(GateError):
    """A figure of training is no finite number; nothing that follows could be."""


class DivergedError(GateError):
    """Training has diverged. Carries the history until then, for the diagnosis."""

    def __init__(self, *problems: Problem, history: History) -> None:
        super().__init__(*problems)
        self.history = history

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(DivergedError, history=self.history), self.problems


def _require_numbers(logs: Mapping[str, Any], step: int) -> None:
    wrong = [name for name, value in logs.items() if isinstance(value, float) and not math.isfinite(value)]
    if wrong:
        raise NotFiniteError(
            Problem(
                where=f"finetune, step {step}",
                got=f"{', '.join(wrong)} is no finite number: training has diverged",
                fix="lower finetune.learning_rate tenfold; if that does not help, look at the texts of the batch",
            )
        )


class Recorder(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Collects steps and epochs, reports progress, and stops a training that gets no better.

    Args:
        outset: what the training sets out with.
        listeners: who is told.
    """

    def __init__(self, outset: History, listeners: Listeners) -> None:
        self.steps: list[Step] = []
        self.epochs: list[Epoch] = []
        self.start: Start | None = None
        self.alarms: list[Alarm] = []
        self.diverged_at: int | None = None
        self._outset = outset
        self._listeners = listeners
        self._note = ""

    @property
    def best(self) -> Epoch:
        """The epoch with the highest macro-F1; of equals that which ranks best, and of these the first.

        Where rows of a label are rare, macro-F1 stays where it is while the model has begun to tell labels apart.
        """
        return max(self.epochs, key=lambda epoch: (epoch.macro_f1, epoch.roc_auc or 0.0, -epoch.epoch))

    @property
    def history(self) -> History:
        """The history of the training until now."""
        return replace(
            self._outset,
            steps=tuple(self.steps),
            epochs=tuple(self.epochs),
            best_epoch=self.best.epoch if self.epochs else 0,
            stopped_early=len(self.epochs) < self._outset.settings["epochs"],
            start=self.start,
            alarms=tuple(self.alarms),
            diverged_at=self.diverged_at,
        )

    def on_train_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Take up what a resumed training has behind it."""
        for logs in state.log_history:
            self._keep(logs)

    def on_step_end(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Report progress."""
        self._listeners.progress(state.global_step, state.max_steps, self._note)

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        logs: dict[str, Any],
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Keep the figures of a step or of an evaluation.

        Raises:
            NotFiniteError: one of them is no number.
        """
        try:
            _require_numbers(logs, state.global_step)
        except NotFiniteError:
            self.diverged_at = state.global_step
            raise
        before = self.steps[-1].step if self.steps else 0
        self._keep(state.log_history[-1])
        if before < EARLY * state.max_steps <= self.steps[-1].step:
            self._listeners.early(self.history)

    def on_evaluate(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,  # noqa: ARG002
        control: TrainerControl,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Stop where the last epochs were no better."""
        self._listeners.watch(self.epochs[-1])
        if self.epochs[-1].epoch - self.best.epoch >= self._outset.settings["patience"]:
            control.should_training_stop = True

    def _keep(self, logs: Mapping[str, Any]) -> None:
        """Keep the figures of one entry of the Trainer's log."""
        if "eval_macro_f1" in logs:
            epoch = Epoch(
                epoch=len(self.epochs) + 1,
                step=logs["step"],
                validation_loss=round(logs["eval_loss"], 6),
                macro_f1=round(logs["eval_macro_f1"], 6),
                accuracy=round(logs["eval_accuracy"], 6),
                predicted=_by_label(logs, _PREDICTED),
                recall={label: round(part, 6) for label, part in _by_label(logs, _RECALL).items()},
                train_accuracy=self._train_accuracy(),
                **{n: round(logs[f"eval_{n}"], 6) for n in _OF_AN_EPOCH if f"eval_{n}" in logs},
            )
            self.epochs.append(epoch)
            self._note = f"epoch {epoch.epoch}: validation macro-F1 {epoch.macro_f1:.3f}"
        elif "loss" in logs:
            self.steps.append(
                Step(
                    step=logs["step"],
                    loss=round(logs["loss"], 6),
                    learning_rate=logs["learning_rate"],
                    grad_norm=round(logs["grad_norm"], 6),
                    **{name: logs[name] for name in _OF_A_STEP if name in logs},
                )
            )
            if f"{START}loss" in logs:
                self.start = Start(
                    loss=logs[f"{START}loss"],
                    relative_loss=logs.get(f"{START}relative_loss"),
                    cosine=logs.get(f"{START}cosine"),
                    learning=logs[f"{START}learning"],
                )
            if "alarm" in logs:
                alarm = Alarm(**logs["alarm"])
                self.alarms.append(alarm)
                self._note = f"step {alarm.step}: {alarm.message}"

    def _train_accuracy(self) -> float | None:
        """Return the mean accuracy over the later half of the steps since the last epoch."""
        before = self.epochs[-1].step if self.epochs else 0
        known = [step.accuracy for step in self.steps if step.step > before and step.accuracy is not None]
        later = known[len(known) // 2 :]
        return round(sum(later) / len(later), 6) if later else None


def _by_label(logs: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in logs.items() if name.startswith(prefix)}

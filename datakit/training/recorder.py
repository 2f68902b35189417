"""Writes down what a training run does, while it does it."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from datakit.core.errors import GateError, Problem
from datakit.core.history import Epoch, History, Step

Progress = Callable[[int, int, str], None]  # steps done, steps in all, a note
Watch = Callable[[Epoch], None]


_PREDICTED = "eval_predicted/"  # one figure a label, so that TensorBoard draws each


class NotFiniteError(GateError):
    """A figure of training is no finite number; nothing that follows could be."""


class DivergedError(GateError):
    """Training has diverged. Carries the history until then, for the diagnosis."""

    def __init__(self, *problems: Problem, history: History) -> None:
        super().__init__(*problems)
        self.history = history


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
        progress: told after every step.
        patience: epochs without a better validation macro-F1 before it stops.
        watch: told after every epoch; may end the training by raising.
    """

    def __init__(self, progress: Progress, patience: int, watch: Watch) -> None:
        self.steps: list[Step] = []
        self.epochs: list[Epoch] = []
        self._progress = progress
        self._patience = patience
        self._watch = watch
        self._note = ""

    @property
    def best(self) -> Epoch:
        """The epoch with the highest macro-F1, the first of equals."""
        return max(self.epochs, key=lambda epoch: (epoch.macro_f1, -epoch.epoch))

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
        self._progress(state.global_step, state.max_steps, self._note)

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
        _require_numbers(logs, state.global_step)
        self._keep(state.log_history[-1])

    def on_evaluate(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,  # noqa: ARG002
        control: TrainerControl,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Stop where the last epochs were no better."""
        self._watch(self.epochs[-1])
        if self.epochs[-1].epoch - self.best.epoch >= self._patience:
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
                predicted={k.removeprefix(_PREDICTED): n for k, n in logs.items() if k.startswith(_PREDICTED)},
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
                )
            )

"""Writes down what a training run does, while it does it."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from datakit.core.errors import GateError, Problem
from datakit.core.history import Epoch, Step

Progress = Callable[[int, int, str], None]  # steps done, steps in all, a note


_PREDICTED = "eval_predicted/"  # one figure a label, so that TensorBoard draws each


def _require_numbers(logs: Mapping[str, Any], step: int) -> None:
    wrong = [name for name, value in logs.items() if isinstance(value, float) and not math.isfinite(value)]
    if wrong:
        raise GateError(
            Problem(
                where=f"finetune, step {step}",
                got=f"{', '.join(wrong)} is no finite number: training has diverged",
                fix="lower finetune.learning_rate tenfold; if that does not help, look at the texts of the batch",
            )
        )


class Recorder(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Collects steps and epochs, and reports progress."""

    def __init__(self, progress: Progress) -> None:
        self.steps: list[Step] = []
        self.epochs: list[Epoch] = []
        self._progress = progress
        self._note = ""

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
            GateError: one of them is no number; nothing that follows could be.
        """
        _require_numbers(logs, state.global_step)
        if "eval_macro_f1" in logs:
            epoch = Epoch(
                epoch=len(self.epochs) + 1,
                step=state.global_step,
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
                    step=state.global_step,
                    loss=round(logs["loss"], 6),
                    learning_rate=logs["learning_rate"],
                    grad_norm=round(logs["grad_norm"], 6),
                )
            )

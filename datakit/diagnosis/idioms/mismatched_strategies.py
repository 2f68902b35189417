"""Checkpoints and evaluations that do not meet."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_open, keyword_of, strategy, training_arguments
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class MismatchedStrategies(Idiom):
    """`load_best_model_at_end` with checkpoints that are saved at other times than evaluations.

    What:
        `load_best_model_at_end=True`, and `eval_strategy` (default `no`) is another than `save_strategy` (default
        `steps`), or `save_steps` is no multiple of `eval_steps`.
    Why:
        The best model can only be loaded if it was saved when it was measured: a ValueError at once.
    Example:
        `TrainingArguments(eval_strategy="epoch", load_best_model_at_end=True)`: it saves by steps
    Fix:
        The same strategy for both, or `save_strategy="best"`.
    Source:
        `TrainingArguments.__post_init__` of transformers 5.23
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Compare the two strategies and their steps."""
        for call in training_arguments(script):
            keyword = keyword_of(call, "load_best_model_at_end")
            if keyword is None or script.constant(keyword.value) is not True or is_open(call):
                continue
            evaluates = strategy(script, call, "eval_strategy", "evaluation_strategy")
            saves = strategy(script, call, "save_strategy")
            if None in (evaluates, saves) or saves == "best":
                continue
            if evaluates != saves:
                yield Spot(
                    node=keyword,
                    message=f"the best model is wanted, but evaluation is by {evaluates} and saving by {saves}",
                    fix=f'save_strategy="{evaluates}"' if evaluates != "no" else f'eval_strategy="{saves}"',
                )
            elif saves == "steps" and _apart(script, call):
                message = "the best model is to be loaded, but save_steps is no multiple of eval_steps"
                yield Spot(node=keyword, message=message, fix="save_steps=…, a multiple of eval_steps")


def _apart(script: Script, call: ast.Call) -> bool:
    """Tell whether some checkpoints fall between evaluations; each default is that of `TrainingArguments`."""
    logs = script.constant(argument(call, "logging_steps", None)) if keyword_of(call, "logging_steps") else 500
    evaluates = script.constant(argument(call, "eval_steps", None)) if keyword_of(call, "eval_steps") else logs
    saves = script.constant(argument(call, "save_steps", None)) if keyword_of(call, "save_steps") else 500
    if not all(isinstance(steps, int) and steps >= 1 for steps in (evaluates, saves)):
        return False
    return bool(saves % evaluates)

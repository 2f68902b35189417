"""Evaluation of nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_open, strategy, trainers, training_arguments
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class EvaluationWithoutDataset(Idiom):
    """An evaluation strategy, but no rows to evaluate on.

    What:
        `eval_strategy` (or, in old scripts, `evaluation_strategy`) is `steps` or `epoch`, and a `Trainer` of the
        script gets no `eval_dataset`.
    Why:
        Trainer refuses to start with a ValueError. In version 4 it broke at the first evaluation.
    Example:
        `Trainer(model=model, args=args, train_dataset=train)` with `eval_strategy="epoch"`
    Fix:
        Split validation rows off the training rows and hand them over as `eval_dataset`.
    Source:
        `Trainer.__init__` of transformers 5.23
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Follow the arguments of each trainer; where it has no name for them, all in the script must agree."""
        made = list(training_arguments(script))
        for call in trainers(script):
            if is_open(call) or argument(call, "eval_dataset", 4) is not None:
                continue
            args = script.value(argument(call, "args", 1))
            known = [args] if args in made else made if args is not None or len(made) == 1 else []
            told = [
                strategy(script, one, "eval_strategy", "evaluation_strategy") for one in known if not is_open(one)
            ]
            if told and all(one in ("steps", "epoch") for one in told) and len(told) == len(known):
                yield Spot(
                    node=call,
                    message=f"evaluation is asked for ({told[0]}), but this Trainer gets no eval_dataset",
                    fix="eval_dataset=…: rows that are not trained on; datakit split makes them without leakage",
                )

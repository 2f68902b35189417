"""A model that nobody looks at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_open, method_calls, trainers
from datakit.diagnosis.idioms._script import Script

_NAME = 40  # characters; a longer word is prose


@dataclass(frozen=True, kw_only=True, slots=True)
class NeverEvaluated(Idiom):
    """A model is trained and never measured.

    What:
        A `Trainer` trains without `eval_dataset`, and the script calls neither `evaluate` nor `predict`.
    Why:
        The training loss falls for a model that always gives the most frequent label, too. Nothing here would
        show.
    Example:
        `Trainer(model=model, args=args, train_dataset=train).train()`
    Fix:
        `eval_dataset=…` and `eval_strategy="epoch"`, with macro-F1 in `compute_metrics`
    Source:
        80/20 and 90/10 SST-2 at 1e-5: the loss falls to that of one class, macro-F1 .34
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at trainers without rows to measure on."""
        measured = any("eval" in word.lower() or "predict" in word for word in script.words if len(word) < _NAME)
        if measured or not any(True for _ in method_calls(script.tree, "train")):
            return
        for call in trainers(script):
            if not is_open(call) and argument(call, "eval_dataset", 4) is None:
                yield Spot(
                    node=call,
                    message="the model is trained and never measured",
                    fix='eval_dataset=… and eval_strategy="epoch", with macro-F1 in compute_metrics',
                )

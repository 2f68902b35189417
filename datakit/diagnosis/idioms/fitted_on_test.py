"""Learning from test rows."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_test_split, last_name, method_calls, trainers
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class FittedOnTest(Idiom):
    """Something is fitted on test rows.

    What:
        `fit` or `fit_transform` gets something called `…test…`, or a `Trainer` gets the test split as
        `train_dataset`.
    Why:
        Figures on rows that were learnt from say nothing about others.
    Example:
        `vectorizer.fit_transform(X_test)`; `Trainer(train_dataset=data["test"])`
    Fix:
        Fit on the training rows; `transform` the others.
    Source:
        scikit-learn: Common pitfalls and recommended practices, Data leakage
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at what is fitted, by its name."""
        for call in method_calls(script.tree, "fit", "fit_transform"):
            if call.args and is_test_split(call.args[0]):
                told = f"{last_name(call.func)} learns from {ast.unparse(call.args[0])}"
                yield Spot(node=call, message=told, fix="fit on the training rows, and transform the test rows")
        for call in trainers(script):
            given = argument(call, "train_dataset", 3)
            if given is not None and is_test_split(given):
                told = f"Trainer learns from {ast.unparse(given)}"
                yield Spot(node=given, message=told, fix="train_dataset: the training rows")

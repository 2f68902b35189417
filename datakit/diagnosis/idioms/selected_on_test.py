"""Choosing the model by the test rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_test_split, keyword_of, trainers, training_arguments
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectedOnTest(Idiom):
    """The best model is chosen by the rows that are to judge it.

    What:
        `eval_dataset` of a `Trainer` is the test split, and the script loads the best model at the end or stops
        early.
    Why:
        The best of many figures is too good: the checkpoint was chosen because it fits these rows.
    Example:
        `Trainer(eval_dataset=data["test"])` with `load_best_model_at_end=True`
    Fix:
        Set validation rows apart from the training rows for it, and use the test rows once, at the end.
    Source:
        Cawley and Talbot 2010, On over-fitting in model selection and subsequent selection bias
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at what trainers evaluate on."""
        chooses = any(
            (keyword := keyword_of(call, "load_best_model_at_end")) is not None
            and script.constant(keyword.value) is True
            for call in training_arguments(script)
        )
        if not chooses and "EarlyStoppingCallback" not in script.words:
            return
        for call in trainers(script):
            given = argument(call, "eval_dataset", 4)
            if given is not None and is_test_split(given):
                yield Spot(
                    node=given,
                    message="the best model is chosen by the test rows, so their figures are too good",
                    fix="eval_dataset: validation rows, taken from the training rows",
                )

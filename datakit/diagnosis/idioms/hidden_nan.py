"""A loss curve without the steps that failed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import is_open, trainers, training_arguments
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class HiddenNan(Idiom):
    """A Trainer that leaves NaN out of the loss it shows.

    What:
        `TrainingArguments` without `logging_nan_inf_filter`, which is True by default. Told once a script.
    Why:
        A step whose loss is NaN or infinite is counted as the mean of the others: a run that is lost shows a clean
        curve.
    Example:
        `TrainingArguments(output_dir="out")`
    Fix:
        `logging_nan_inf_filter=False`
    Source:
        `TrainingArguments.logging_nan_inf_filter` of transformers 5.23; trl issue 6702, "corrupted run reports a
        clean loss curve"
    """

    severity: ClassVar[Severity] = Severity.INFO

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at the first options of a script that trains with them."""
        if not any(True for _ in trainers(script)):
            return
        made = list(training_arguments(script))
        if made and not is_open(made[0]) and "logging_nan_inf_filter" not in script.words:
            yield Spot(
                node=made[0],
                message="Trainer leaves NaN and infinite losses out of what it logs, so a lost run looks well",
                fix="logging_nan_inf_filter=False",
            )

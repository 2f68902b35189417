"""A high rate from the first step on."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_open, training_arguments
from datakit.diagnosis.idioms._script import Script

_SCHEDULES = (
    "get_constant_schedule_with_warmup",
    "get_cosine_schedule_with_warmup",
    "get_cosine_with_hard_restarts_schedule_with_warmup",
    "get_linear_schedule_with_warmup",
    "get_polynomial_decay_schedule_with_warmup",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NoWarmUp(Idiom):
    """A learning rate that is high from the first step on.

    What:
        `TrainingArguments` with a rate between `rate` and `too_high` and no `warmup_steps`, or a schedule
        `…_with_warmup` whose `num_warmup_steps` is 0.
    Why:
        Adam's first steps rest on few gradients and are large. Without warm-up they cost what was pretrained.
    Example:
        `get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=0, num_training_steps=n)`
    Fix:
        A tenth of the steps: `warmup_steps=0.1` in transformers 5, `num_warmup_steps=int(0.1 * n)`.
    Source:
        Mosbach and others 2021, On the stability of fine-tuning BERT; TREC-6 at 1e-3 without warm-up: macro-F1
        .58; `rate` lies above what the BERT paper uses
    """

    severity: ClassVar[Severity] = Severity.INFO
    rate: float = 1e-4
    too_high: float = 1e-3  # from here on learning-rate-too-high speaks

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at options and at schedules."""
        for call in training_arguments(script):
            given = argument(call, "learning_rate", None)
            value = script.constant(given)
            warm = any(keyword.arg in ("warmup_steps", "warmup_ratio") for keyword in call.keywords)
            high = isinstance(value, int | float) and self.rate <= value < self.too_high
            if given is not None and high and not warm and not is_open(call):
                message = f"a learning rate of {value:g} stands from the first step on"
                yield Spot(node=given, message=message, fix="warmup_steps=0.1: a ratio of all steps")
        for call in script.calls(*_SCHEDULES):
            given = argument(call, "num_warmup_steps", 1)
            if given is not None and script.constant(given) == 0:
                yield Spot(
                    node=given,
                    message="the schedule begins at the full learning rate",
                    fix="num_warmup_steps: a tenth of num_training_steps",
                )

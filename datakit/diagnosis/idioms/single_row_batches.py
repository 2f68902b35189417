"""One row a step."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_open, training_arguments, training_loaders
from datakit.diagnosis.idioms._script import Script

_NAME = 40  # characters; a longer word is prose


@dataclass(frozen=True, kw_only=True, slots=True)
class SingleRowBatches(Idiom):
    """Training goes row by row.

    What:
        A `DataLoader` that is trained from has `batch_size=1` (or none: 1 is its default), or `TrainingArguments`
        have `per_device_train_batch_size=1`, and gradients are not accumulated.
    Why:
        The gradient of one row is mostly noise. Small models with rare labels do not get away from it.
    Example:
        `DataLoader(dataset, batch_size=1, shuffle=True)`
    Fix:
        8 to 32; if memory is short, `gradient_accumulation_steps`.
    Source:
        TREC-6 and SST-2 with batches of one: macro-F1 .57 and .34; transformers issue 3456 (one example a step)
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at loaders and options."""
        words = [word.lower() for word in script.words if len(word) < _NAME]
        if any(
            "accum" in word or "causallm" in word for word in words
        ):  # a row of a language model has many tokens
            return
        for call in training_loaders(script):
            batched = any(keyword.arg == "batch_sampler" for keyword in call.keywords)
            given = argument(call, "batch_size", 1)
            if not is_open(call) and not batched and (given is None or script.constant(given) == 1):
                yield Spot(node=given or call, message="each step sees one row", fix="batch_size=16")
        for call in training_arguments(script):
            given = argument(call, "per_device_train_batch_size", None)
            if given is not None and script.constant(given) == 1:
                fix = "per_device_train_batch_size=16, or gradient_accumulation_steps=16 if memory is short"
                yield Spot(node=given, message="each step sees one row", fix=fix)

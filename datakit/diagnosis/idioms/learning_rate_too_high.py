"""A learning rate that destroys a pretrained model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import rates
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningRateTooHigh(Idiom):
    """A learning rate at which a pretrained encoder does not survive.

    What:
        Adam, AdamW or `TrainingArguments` with a rate of `rate` or more for the whole model. Adapters (LoRA),
        frozen encoders and the rate of a head alone are left out.
    Why:
        The first steps wipe out what was pretrained; the loss then stays at the entropy of the labels, and looks
        just as it does where the rate is too low.
    Example:
        `AdamW(model.parameters(), lr=5e-3)`
    Fix:
        2e-5 to 5e-5 for BERT-base, up to 2e-4 for small encoders; `datakit finetune` suggests one.
    Source:
        TREC-6 with MiniLM: macro-F1 .04 to .07 at 2e-3 and 5e-3, .58 at 1e-3, .77 to .94 at 1e-4 to 5e-4; Devlin
        and others 2019, BERT, A.3: 2e-5 to 5e-5
    """

    severity: ClassVar[Severity] = Severity.WARNING
    rate: float = 1e-3

    def find(self, script: Script) -> Iterator[Spot]:
        """Compare the rates."""
        if script.adapts:
            return
        for rate in rates(script):
            if rate.value >= self.rate:
                yield Spot(
                    node=rate.node,
                    message=f"a learning rate of {rate.value:g} wipes out what a pretrained model knows",
                    fix="2e-5 to 5e-5 for a base-size model, with warm-up",
                )

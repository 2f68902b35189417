"""A learning rate that moves nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import rates
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningRateTooLow(Idiom):
    """A learning rate that leaves a pretrained encoder where it is.

    What:
        A rate of `rate` or less; as a remark, one of `slow` or less over `epochs` epochs or fewer.
    Why:
        The weights hardly move. Where one label is frequent, the model stays at answering it, which lowers the
        loss first, and accuracy looks well.
    Example:
        80% of the labels are `positive`; `learning_rate=1e-5, num_train_epochs=3`
    Fix:
        2e-5 to 5e-5, or more epochs; look at macro-F1.
    Source:
        TREC-6 with MiniLM: macro-F1 .13 to .15 at 1e-6 and 1e-7; 80/20 and 90/10 SST-2 at 1e-5: .34, one class
        only
    """

    severity: ClassVar[Severity] = Severity.WARNING
    rate: float = 1e-6
    slow: float = 1e-5
    epochs: int = 3

    def find(self, script: Script) -> Iterator[Spot]:
        """Compare the rates with the length of training."""
        for rate in rates(script):
            if 0 < rate.value <= self.rate:
                message = f"a learning rate of {rate.value:g} moves a pretrained model next to nowhere"
                yield Spot(node=rate.node, message=message, fix="2e-5 to 5e-5 for a base-size model")
            elif 0 < rate.value <= self.slow and rate.epochs is not None and rate.epochs <= self.epochs:
                yield Spot(
                    node=rate.node,
                    message=f"a learning rate of {rate.value:g} over {rate.epochs:g} epochs may not get away from "
                    "the most frequent label",
                    fix="2e-5 to 5e-5, or more epochs; judge by macro-F1",
                    severity=Severity.INFO,
                )

"""Plain SGD at a rate for Adam."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import OPTIMIZER_HOMES, argument
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class PlainSgd(Idiom):
    """Plain SGD for a transformer, at a learning rate for Adam.

    What:
        `SGD` with a rate of `rate` or less, in a script with transformers.
    Why:
        SGD does not scale its steps. Gradients of a transformer are small and of very different sizes, and at such
        a rate nothing moves.
    Example:
        `SGD(model.parameters(), lr=2e-5)`
    Fix:
        `torch.optim.AdamW(model.parameters(), lr=2e-5)`
    Source:
        TREC-6 with MiniLM, SGD 2e-5: macro-F1 .13, steps 2e-7 of the weights, where 1e-4 to 3e-3 are healthy;
        transformers issue 3456 (SGD 1e-3)
    """

    severity: ClassVar[Severity] = Severity.WARNING
    rate: float = 1e-3

    def find(self, script: Script) -> Iterator[Spot]:
        """Compare the rates."""
        if not script.uses_transformers:
            return
        for call in script.calls("SGD", of=OPTIMIZER_HOMES):
            given = argument(call, "lr", 1) or argument(call, "learning_rate", None)
            value = script.constant(given)
            if isinstance(value, int | float) and value <= self.rate:
                yield Spot(
                    node=call,
                    message=f"SGD at {value:g} moves a transformer next to nowhere",
                    fix=f"torch.optim.AdamW(model.parameters(), lr={min(value, 5e-5):g})",
                )

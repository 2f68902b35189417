"""A learning rate that is 0 long before the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleEndsEarly(Rule):
    """The rate has fallen to nothing while training goes on.

    What:
        More than `share` of the records have a rate below a thousandth of the highest.
    Why:
        Steps at a rate of 0 take time and teach nothing. It happens where the schedule was told another number of
        steps than there are, or halves the rate at each plateau.
    Example:
        decay to 0 after 5% of the steps: macro-F1 .13
    Fix:
        Let the schedule end with the training.
    Source:
        Own measurements with MiniLM; the rate was 0 for 96% of the steps
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("learning_rates",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"learning-rate-too-low", "few-training-rows"}
    share: float = 0.2  # of the records, 0..1
    records: int = 10  # fewer show no schedule: the rate may well be 0 in the last of three

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Count the steps that were for nothing, after the warm-up."""
        rates = [step.learning_rate for step in history.steps if step.learning_rate is not None]
        peak = max(rates, default=0.0)
        after = rates[rates.index(peak) :] if peak else []
        idle = sum(rate <= 1e-3 * peak for rate in after) / len(rates) if peak else 0.0
        if idle <= self.share or len(rates) < self.records:
            return None
        return self.found(
            f"the learning rate was (almost) 0 in {idle:.0%} of the steps",
            symptom="the loss falls at first, then not at all",
            cause="the schedule ended long before the training",
            confidence=0.95 if Signs.of(history).learnt_nothing else 0.7,
            evidence={"idle": idle, "peak": peak},
            remedy={"finetune": {"schedule": "linear"}},
        )

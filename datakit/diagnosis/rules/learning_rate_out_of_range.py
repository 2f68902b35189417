"""A rate that is known to fail before it is tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningRateOutOfRange(Rule):
    """The learning rate lies far outside of what the optimizer can use.

    What:
        Before training, or where it was not recorded how far the weights moved: AdamW or Adafactor at more than
        `high` or less than `low`, ten times these with LoRA; SGD at less than `sgd`. A frozen encoder, and one
        with random weights, may have any high rate.
    Why:
        An AdamW step moves each weight by about the rate, whatever the gradient. Beyond 2e-3 that throws away what
        the encoder knows; below 2e-6 a training of some epochs ends where it began.
    Example:
        AdamW at 5e-3: macro-F1 .04; at 1e-6: .15; at 2e-4: .92
    Fix:
        Let `learning_rate` be `auto`, or `suggest`.
    Source:
        Own measurements, MiniLM on three data sets, see `learning-rate-too-high` and `learning-rate-too-low`,
        which judge by how far the weights moved. With LoRA ten times that: Schulman et al. 2025, LoRA Without
        Regret. SGD at 2e-5 has an update ratio of 1.9e-7, so that 1e-3 would have 1e-5
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("learning_rate", "optimizer", "relative_loss")
    explains: ClassVar[frozenset[str]] = frozenset(
        {"diverged", "majority-collapse", "under-trained", "worse-than-baseline"}
    )
    high: float = 2e-3
    low: float = 2e-6
    sgd: float = 1e-3
    lora: float = 10.0  # times the limits
    new: float = 0.5  # of the blocks' norms and biases, 0..1, that were never trained: there is nothing to lose

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look at the rate; where it is known how far the weights moved, that tells more."""
        settings, signs = history.settings, Signs.of(history)
        rate, optimizer = settings.get("learning_rate"), settings.get("optimizer", "adamw")
        moved = signs.update is not None or (bool(history.steps) and not signs.learnt_nothing)
        if not isinstance(rate, float) or moved:
            return None
        sgd, adapters = optimizer == "sgd", settings.get("lora_rank")
        factor = self.lora if adapters and not sgd else 1.0
        nothing_to_lose = (
            settings.get("freeze") is not None or (settings.get("weights_untrained") or 0.0) > self.new
        )
        low = factor * (self.sgd if sgd else self.low)
        high = inf if sgd or nothing_to_lose else factor * self.high
        if low <= rate <= high:
            return None
        too_low = rate < low
        return self.found(
            f"a learning rate of {rate:g} is too {'low' if too_low else 'high'} for {optimizer}",
            severity=Severity.WARNING,
            symptom="the loss lies flat at that of answering without looking",
            cause="no step moves the weights to speak of"
            if too_low
            else "every step throws away what the encoder knows",
            confidence=0.8,
            evidence={"learning_rate": rate, "limit": low if too_low else high},
            remedy={"finetune": {"learning_rate": "suggest" if sgd else "auto"}},
        )

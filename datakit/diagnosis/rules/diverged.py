"""A loss that is no number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class Diverged(Rule):
    """The loss or a gradient became infinite, or no number at all.

    What:
        A record of training is not finite; training was stopped there.
    Why:
        One such step spoils every weight. Mostly the rate is too high; sometimes a loss divides by 0 or takes the
        logarithm of 0.
    Example:
        NaN at step 60
    Fix:
        Lower the rate tenfold and clip gradients; if that does not help, look at the texts of the batch.
    Source:
        transformers hides such a loss by default (`logging_nan_inf_filter`; trl#6702: a corrupted run reports a
        clean loss curve)
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ()
    lower: float = 0.1  # the rate to try, in parts of this one

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look whether it ended so."""
        if history.diverged_at is None:
            return None
        rate = history.settings.get("learning_rate")  # the log of another trainer may not tell
        at = f" at a learning rate of {rate:g}" if rate else ""
        lowered = {"learning_rate": float(f"{rate * self.lower:.2g}")} if rate else {}
        return self.found(
            f"at step {history.diverged_at} the loss or a gradient was no finite number",
            symptom="the loss is NaN",
            cause=f"steps{at} went too far, or a batch broke the loss",
            confidence=0.6,
            evidence={"step": history.diverged_at, **Signs.of(history).evidence("update", "loss")},
            remedy={"finetune": {**lowered, "max_grad_norm": 1.0}},
        )

"""A training that begins at full speed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs, warmed_up


@dataclass(frozen=True, kw_only=True, slots=True)
class NoWarmUp(Rule):
    """The first steps, at the full rate, carry the encoder away.

    What:
        There is no warm-up, the update ratio of the blocks is above `limit`, they have drifted by more than
        `drift`, and more than a tenth of the training rows is wrong in the end.
    Why:
        In its first steps AdamW knows no gradient's usual size, and each weight moves by the full rate, whatever
        its gradient. A warm-up keeps these steps short.
    Example:
        1e-3 without warm-up and clipping: drift .085, training accuracy .77, macro-F1 .58
    Fix:
        Warm up for a tenth of the steps, and lower the rate so that the drift is .02.
    Source:
        Own measurements with MiniLM; Mosbach et al. 2021, On the stability of fine-tuning BERT
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "drift", "warmup")
    explains: ClassVar[frozenset[str]] = SYMPTOMS
    limit: float = 3e-3  # |step| / |weights|; the upper end of what is healthy
    drift: float = 0.06  # |weights - initial weights| / |initial weights|
    learnt: float = 0.9  # accuracy on training rows, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look at the warm-up, and how far the weights have gone."""
        signs = Signs.of(history)
        if history.settings["warmup"] > 0 or signs.update is None or signs.drift is None:
            return None
        far = signs.update > self.limit and signs.drift > self.drift
        if not far or (signs.train_accuracy is not None and signs.train_accuracy >= self.learnt):
            return None
        return self.found(
            f"without a warm-up the encoder's weights have gone {signs.drift:.1%} of their length away from the "
            "pretrained ones",
            symptom="the loss falls slowly, and not as far as it should",
            cause="the first steps, at the full rate, were too long",
            confidence=0.7,
            evidence=signs.evidence("update", "drift", "loss", "train_accuracy"),
            remedy={"finetune": warmed_up(history, signs.drift)},
        )

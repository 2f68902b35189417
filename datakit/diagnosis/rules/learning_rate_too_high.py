"""A learning rate that throws the weights about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import TOO_FAR, History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule, sureness
from datakit.diagnosis.rules._signs import Signs, mended_rate, warmed_up


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningRateTooHigh(Rule):
    """Steps move the weights of the encoder so far that what it knew is lost.

    What:
        The update ratio |step| / |weights| of the blocks is above `limit` at its peak, and the training learnt
        nothing, or left more than a tenth of its own rows wrong.
    Why:
        The pretrained weights are the whole value of the encoder. Once they are thrown about, all texts get the
        same vector, and the loss lies flat at that of answering without looking: just as with a rate that is too
        low.
    Example:
        TREC-6, MiniLM at 5e-3: update ratio 1.5e-2, loss .985 of a blind answer's, macro-F1 .04
    Fix:
        Set the rate at which the ratio would be 1e-3: it is proportional to the rate. Where there was no warm-up,
        warm up, and take the rate at which the drift would be .02.
    Source:
        Own measurements, MiniLM on three data sets: 2e-3 gives 8e-3 and fails, 1e-4 to 5e-4 give 4e-4 to 2.2e-3
        and learn. The mended rate gave macro-F1 .924.
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"no-warm-up", "dropout-too-high", "truncation", "tiny-batch"}
    limit: float = TOO_FAR  # |step| / |weights|
    learnt: float = 0.9  # accuracy on training rows that a sound training reaches, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look how far the longest step went, and whether it did harm."""
        signs = Signs.of(history)
        if signs.update is None or signs.update <= self.limit:
            return None
        if not signs.learnt_nothing and (signs.train_accuracy is None or signs.train_accuracy >= self.learnt):
            return None
        return self.found(
            f"a step moved the encoder's weights by {signs.update:.1e} of their length; sound ones move them by "
            "1e-4 to 3e-3",
            symptom="the loss does not fall, or falls and jumps back",
            cause=f"a learning rate of {history.settings['learning_rate']:g} is too high",
            confidence=sureness(signs.update, self.limit, 2 * self.limit),
            evidence=signs.evidence("update", "drift", "loss", "information", "train_accuracy"),
            remedy={
                "finetune": warmed_up(history, signs.drift)
                if signs.drift and history.settings.get("warmup") == 0
                else {"learning_rate": mended_rate(history, signs.update)}
            },
        )

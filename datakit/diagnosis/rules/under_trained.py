"""A training that ended while it still learnt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import TOO_FAR, History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class UnderTrained(Rule):
    """The model was still getting better when training ended.

    What:
        The last epoch is the best, the training loss is above `loss` of a blind answer's, and the weights have
        drifted by less than `drift`.
    Why:
        The steps were as long as they should be, but too few.
    Example:
        TREC-6, MiniLM at 2e-5, 3 epochs: drift .01, loss .6 of a blind answer's and falling
    Fix:
        Train twice as long, or at a higher rate.
    Source:
        Own measurements with MiniLM: trainings that reached accuracy .888 and more had drifted by .012 to .06
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "drift", "relative_loss")
    explains: ClassVar[frozenset[str]] = frozenset({"worse-than-baseline"})
    loss: float = 0.4  # training loss / loss of a blind answer
    drift: float = 0.012  # |weights - initial weights| / |initial weights|

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look how far the training came."""
        signs = Signs.of(history)
        if signs.drift is None or signs.loss is None or not signs.update or signs.update > TOO_FAR:
            return None
        on_the_way = signs.loss > self.loss and signs.drift < self.drift
        if not on_the_way or history.best_epoch != len(history.epochs):
            return None
        epochs = 2 * history.settings["epochs"]
        return self.found(
            f"the last epoch was the best, and the training loss is {signs.loss:.0%} of a blind answer's",
            severity=Severity.WARNING,
            symptom="the loss was still falling when training ended",
            cause="there were too few steps, or too short ones",
            confidence=0.6,
            evidence=signs.evidence("loss", "drift", "update", "train_accuracy"),
            remedy={"finetune": {"epochs": epochs}},
        )

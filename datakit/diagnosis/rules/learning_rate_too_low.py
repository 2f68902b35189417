"""A learning rate that leaves the weights where they were."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import TOO_SHORT, History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule, sureness
from datakit.diagnosis.rules._signs import Signs, mended_rate


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningRateTooLow(Rule):
    """Steps move the weights of the encoder so little that nothing is learnt in the time there is.

    What:
        The update ratio |step| / |weights| of the blocks stays below `limit`, and the training learnt nothing.
    Why:
        A flat loss says that nothing is learnt, but not why: a rate that is too high leaves it as flat. How far
        the weights move tells the two apart by three orders of magnitude.
    Example:
        TREC-6, MiniLM at 1e-6: update ratio 3.7e-6, macro-F1 .15
    Fix:
        Set the rate at which the ratio would be 1e-3: it is proportional to the rate.
    Source:
        Own measurements, MiniLM on three data sets: 1e-6 gives 3.7e-6, 1e-5 gives 4e-5, 1e-4 to 5e-4 give 4e-4 to
        2.2e-3 and learn. The mended rate gave macro-F1 .925.
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"few-training-rows", "dropout-too-high", "truncation"}
    limit: float = TOO_SHORT  # |step| / |weights|

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look how far the longest step went, and whether anything was learnt."""
        signs = Signs.of(history)
        if not signs.update or signs.update >= self.limit or not signs.learnt_nothing or signs.diverged:
            return None
        return self.found(
            f"no step moved the encoder's weights by more than {signs.update:.1e} of their length; sound ones do "
            "so by 1e-4 to 3e-3",
            symptom="the loss hardly falls",
            cause=f"a learning rate of {history.settings['learning_rate']:g} is too low",
            confidence=sureness(signs.update, self.limit, self.limit / 5),
            evidence=signs.evidence("update", "drift", "loss", "information", "train_accuracy"),
            remedy={"finetune": {"learning_rate": mended_rate(history, signs.update)}},
        )

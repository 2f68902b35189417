"""An optimizer whose steps are too short for an encoder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import TOO_SHORT, History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongOptimizer(Rule):
    """SGD at a rate that suits AdamW moves no weight to speak of.

    What:
        The optimizer is SGD, the update ratio of the blocks stays below `limit`, and nothing was learnt.
    Why:
        AdamW divides each gradient by its own size, so its steps are as long as the rate says. SGD's are as long
        as the gradients, which differ by orders of magnitude between the layers of a transformer.
    Example:
        SGD at 2e-5: update ratio 1.9e-7, macro-F1 .13
    Fix:
        Use AdamW.
    Source:
        Own measurements with MiniLM; to raise SGD's rate until the weights moved far enough gave .26 only. Zhang
        et al. 2020, Why are adaptive methods good for attention models?
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("optimizer", "body_update", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"learning-rate-too-low", "few-training-rows"}
    limit: float = TOO_SHORT  # |step| / |weights|

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look at the optimizer, and how far it moved the weights."""
        signs = Signs.of(history)
        still = signs.update is not None and signs.update < self.limit and signs.learnt_nothing
        if history.settings.get("optimizer") != "sgd" or not still or signs.diverged:
            return None
        return self.found(
            f"SGD moved the encoder's weights by {signs.update:.1e} of their length at most; sound steps do "
            "so by 1e-4 to 3e-3",
            symptom="the loss hardly falls",
            cause="SGD's steps are as long as the gradients, which are tiny in most layers of a transformer",
            confidence=0.97,
            evidence=signs.evidence("update", "drift", "loss", "information"),
            remedy={"finetune": {"optimizer": "adamw", "learning_rate": "auto"}},
        )

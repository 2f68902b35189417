"""A training that moves no weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class NothingLearns(Rule):
    """Neither the encoder nor the head moves.

    What:
        The update ratios of the blocks and of the head are 0 in every record.
    Why:
        Nothing requires a gradient, the optimizer does not know the weights, or the rate is 0.
    Example:
        everything but the biases frozen: macro-F1 .14
    Fix:
        Let the weights require gradients, and give them to the optimizer after the model was changed.
    Source:
        Own measurements with MiniLM
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "head_update")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"frozen-body", "head-not-learning", "few-training-rows"}

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look whether anything moved."""
        signs = Signs.of(history)
        if signs.diverged or signs.head_update != 0 or (signs.update or 0.0) > 0:
            return None
        return self.found(
            "not a weight has moved",
            symptom="the loss is the same from the first step to the last",
            cause="no weight learns: all are frozen, unknown to the optimizer, or the rate is 0",
            confidence=0.97,
            evidence={"update": signs.update or 0.0, "head_update": signs.head_update},
            remedy={"finetune": {"freeze": None, "unfreeze": 0, "learning_rate": "auto"}},
        )

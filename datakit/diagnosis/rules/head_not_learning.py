"""A head that stays as it was drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadNotLearning(Rule):
    """The encoder learns, the head does not.

    What:
        The update ratio of the head's matrices is 0 in every record, that of the blocks is not.
    Why:
        The head is new and random. The encoder can bend its vectors towards it, but not far.
    Example:
        head left out of the optimizer: macro-F1 .40, gradients of length 26
    Fix:
        Make the optimizer after the head was added to the model.
    Source:
        Own measurements with MiniLM
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "head_update")
    explains: ClassVar[frozenset[str]] = SYMPTOMS

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look what moved."""
        signs = Signs.of(history)
        if signs.head_update is None or signs.head_update > 0 or not signs.update:
            return None
        return self.found(
            "the encoder has learnt, the head has not moved",
            symptom="the loss falls slowly, with long gradients",
            cause="the optimizer does not know the head, or the head is frozen",
            confidence=0.95,
            evidence=signs.evidence("update", "head_update", "loss"),
            fix="make the optimizer after the head was added, and let it require gradients",
            remedy={},
        )

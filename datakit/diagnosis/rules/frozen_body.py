"""An encoder that does not learn while its head does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenBody(Rule):
    """The head learns, the encoder does not move at all.

    What:
        No block of the encoder moved, the head did, and the training loss stays above `loss` of a blind answer's.
    Why:
        The vectors were made for another task. With the encoder frozen the head has to do with them; with the
        small rates that suit an encoder it hardly learns even that.
    Example:
        all blocks frozen at 2e-4: update ratio of the body 0, macro-F1 .14
    Fix:
        Let the blocks learn; or, if they must not, raise the rate ten- to a hundredfold, for the head alone.
    Source:
        Own measurements with MiniLM
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "head_update", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"labels-shuffled", "few-training-rows", "truncation"}
    loss: float = 0.4  # training loss / loss of a blind answer

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look what moved."""
        signs = Signs.of(history)
        frozen = history.start is not None and history.start.learning == 0
        if not (signs.update == 0 or frozen) or not signs.head_update or (signs.loss or 0.0) <= self.loss:
            return None
        rate = history.settings["learning_rate"]
        thaw = history.settings.get("freeze") is not None
        return self.found(
            "the blocks of the encoder have not moved; only the head has learnt",
            symptom="the loss falls a little and stays high",
            cause="the encoder is frozen" if frozen else "no gradient reaches the encoder",
            confidence=0.95,
            evidence=signs.evidence("update", "head_update", "loss", "information"),
            remedy={"finetune": {"freeze": None} if thaw else {"learning_rate": min(0.1, 10 * rate)}},
        )

"""An encoder that gives every text the same vector."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class IdenticalRepresentations(Rule):
    """Before the first step, all texts of a batch have the same vector.

    What:
        The mean cosine of the vectors that the head reads is above `cosine`, without dropout, before any step, and
        nothing was learnt, though steps were as long as they should be.
    Why:
        Whatever is trained on top cannot tell the texts apart. Mostly the attention mask is inverted or all zeros,
        the tokenizer gives unknown tokens only, or the texts are the same.
    Example:
        attention mask broken: cosine 1.000 at the first step, macro-F1 .07
    Fix:
        Look at the ids and the mask of a batch, and whether the tokenizer is the model's.
    Source:
        Own measurements: healthy MiniLM .55. RoBERTa's vectors lie at .99 and more while healthy (Ethayarajh 2019,
        How contextual are contextualized word representations?), and those of a small encoder with random weights
        at .999999; so the limit is near to 1, and what was learnt in spite of it counts.
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("cosine", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {
        "labels-shuffled",
        "dropout-too-high",
        "few-training-rows",
    }
    cosine: float = 0.9999  # of two texts' vectors, mean over pairs

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look at the first batch."""
        start = history.start
        if start is None or start.cosine is None or start.cosine <= self.cosine:
            return None
        signs = Signs.of(history)
        if signs.diverged or not signs.learnt_nothing or not (signs.moved_well or signs.update is None):
            return None
        return self.found(
            f"before the first step the vectors of different texts have a cosine of {start.cosine:.6f}",
            symptom="the loss stays at that of answering without looking",
            cause="the encoder does not see the texts: the mask, the tokenizer, or the texts themselves",
            confidence=0.98,
            evidence={"cosine": start.cosine, **signs.evidence("loss", "information")},
            fix="look at the ids and the attention mask of a batch, and whether the tokenizer is the model's",
            remedy={},
        )

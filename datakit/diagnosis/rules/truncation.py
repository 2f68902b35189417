"""Texts of which much is not read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class Truncation(Rule):
    """Many texts are longer than what is read of them.

    What:
        More than `texts` of the training texts are cut, more than `tokens` of their tokens are lost, and
        validation is not answered well.
    Why:
        What is cut off cannot be learnt. Where the answer stands at the end, as in reviews, all is lost with it.
    Example:
        TREC-6 cut to 5 tokens: macro-F1 .59 instead of .91
    Fix:
        Read more tokens; beyond what the model can take, read head and tail, or all in windows.
    Source:
        Own measurements with MiniLM; Sun et al. 2019, How to fine-tune BERT for text classification, 5.3.1
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("texts_truncated", "validation_relative_loss")
    texts: float = 0.25  # of the training texts, 0..1
    tokens: float = 0.1  # of their tokens, 0..1
    loss: float = 0.25  # validation loss / loss of a blind answer, below which nothing is missed
    longest: int = 512  # tokens that most encoders can take

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look what was not read."""
        cut, lost = (history.settings.get(name, 0.0) for name in ("texts_truncated", "tokens_lost"))
        signs = Signs.of(history)
        well = signs.validation_loss is not None and signs.validation_loss < self.loss
        if cut <= self.texts or lost <= self.tokens or well:
            return None
        length = history.settings["max_length"]
        more = {"max_length": min(self.longest, 4 * length)} if length < self.longest else {"long_texts": "chunks"}
        return self.found(
            f"{cut:.0%} of the training texts are cut to {length} tokens; {lost:.0%} of the tokens are not read",
            severity=Severity.INFO if history.best is None else Severity.WARNING,  # it may not be missed
            symptom="accuracy stays below what is known of the task",
            cause="what the texts are about stands where they are cut off",
            confidence=round(0.4 + 0.4 * lost, 2),
            evidence={"texts_truncated": cut, "tokens_lost": lost, **signs.evidence("validation_loss")},
            split="train",
            remedy={"finetune": more},
        )

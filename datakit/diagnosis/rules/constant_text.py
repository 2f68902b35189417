"""Texts that are all the same to the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class ConstantText(Rule):
    """The model reads the very same tokens in most training rows.

    What:
        At least `rows` of the training rows have the same tokens, after tokenizing and cutting.
    Why:
        From rows that look the same, no label can be told. The text column may be the wrong one or hold a
        placeholder; or all texts begin with the same header, and what follows is cut off.
    Example:
        every text `n/a`: macro-F1 .07 on TREC-6
    Fix:
        Name the column that holds the text; read more tokens, or the end of the texts too.
    Source:
        Own measurements with MiniLM
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("texts_alike",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {
        "few-training-rows",
        "identical-representations",
        "labels-shuffled",
        "reference-at-chance",
        "truncation",
    }
    rows: float = 0.5  # of the training rows, 0..1
    all_but: float = 0.1  # of the training rows, 0..1: so few differ that nothing can be learnt

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look how many rows are alike."""
        alike = history.settings.get("texts_alike") or 0.0
        if alike < self.rows:
            return None
        cut = (history.settings.get("texts_truncated") or 0.0) >= self.rows
        return self.found(
            f"{alike:.0%} of the training rows are the same to the model, token by token",
            severity=Severity.ERROR if alike >= 1 - self.all_but else Severity.WARNING,
            symptom="the loss stays at that of answering without looking",
            cause="the texts begin alike, and the rest is cut off" if cut else "the text column holds one text",
            confidence=0.95,
            fix="read the end of the texts too: finetune.long_texts=head-tail"
            if cut
            else "name the column that holds the text: source.text_column",
            evidence={"texts_alike": alike, "texts_truncated": history.settings.get("texts_truncated") or 0.0},
            split="train",
            remedy={"finetune": {"long_texts": "head-tail"}} if cut else {},
        )

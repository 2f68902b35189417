"""Steps that learn from one row or two."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs, rows_a_step


@dataclass(frozen=True, kw_only=True, slots=True)
class TinyBatch(Rule):
    """Each step learns from so few rows that it goes wherever the last one pulls.

    What:
        Fewer than `rows` rows a step, and the training loss stays above `loss` of a blind answer's.
    Why:
        The gradient of a row or two is mostly noise, and AdamW makes every step equally long.
    Example:
        batches of 1: macro-F1 .57 instead of .91 on TREC-6, .34 on SST-2
    Fix:
        Take 16 rows; where memory does not allow it, let several batches make a step (`accumulation`).
    Source:
        Own measurements with MiniLM
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("batch_size", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"no-warm-up"}
    rows: int = 4  # that make a step
    loss: float = 0.4  # training loss / loss of a blind answer

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Count the rows of a step."""
        signs, rows = Signs.of(history), rows_a_step(history)
        if rows >= self.rows or (not signs.learnt_nothing and (signs.loss or 0.0) <= self.loss):
            return None
        return self.found(
            f"each step learns from {rows} row{'s' * (rows > 1)}",
            severity=Severity.WARNING,
            symptom="the loss jumps up and down",
            cause="the gradient of so few rows is mostly noise",
            confidence=0.8 if rows == 1 else 0.6,
            evidence={"rows": rows, **signs.evidence("loss", "information", "update")},
            remedy={"finetune": {"batch_size": 16}},
        )

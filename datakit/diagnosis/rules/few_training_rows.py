"""Too few rows to fine-tune with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule, sureness
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class FewTrainingRows(Rule):
    """There are fewer rows a label than fine-tuning needs.

    What:
        On average fewer than `rows` training rows a label, and validation is not answered well.
    Why:
        Fine-tuning fits millions of weights; with a handful of rows a label it fits the rows. What the encoder
        knows already, used as it is, does better then.
    Example:
        24 rows of six labels: macro-F1 .43, validation loss 1.1 to 3.6 of a blind answer's
    Fix:
        Label more; make new texts of those there are; or use the frozen encoder with a logistic regression.
    Source:
        Own measurements with MiniLM. 8 rows a label: SetFit 65.7, probe 57.6, fine-tuned RoBERTa-large 49.5
        (SetFit, six data sets)
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("train_counts",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"tiny-batch", "too-few-steps"}
    rows: float = 16.0  # training rows a label
    learnt: float = 0.9  # accuracy on validation that needs no more rows, 0..1
    wanted: int = 32  # rows a label to grow to

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Count the rows, and look whether they were enough."""
        signs = Signs.of(history)
        enough = signs.rows_per_label >= self.rows or (signs.accuracy or 0.0) >= self.learnt
        if enough:
            return None
        return self.found(
            f"{sum(history.train_counts.values())} rows of {len(history.labels)} labels are too few to learn from",
            severity=Severity.WARNING,
            symptom="the model knows its training rows, and little beyond them",
            cause=f"there are {signs.rows_per_label:.0f} rows a label",
            confidence=sureness(signs.rows_per_label, self.rows, self.rows / 4),
            fix=f"label more rows, or make new texts: augment.target=count={self.wanted}",
            evidence=signs.evidence("rows_per_label", "accuracy", "validation_loss", "train_accuracy"),
            remedy={"augment": {"target": f"count={self.wanted}"}},
        )

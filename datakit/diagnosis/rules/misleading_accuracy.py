"""A good accuracy that hides a label that is never found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import without_remedy


@dataclass(frozen=True, kw_only=True, slots=True)
class MisleadingAccuracy(Rule):
    """Accuracy looks well, and a label is never answered rightly.

    What:
        Accuracy on validation is at least `accuracy`, and of a label with at least `rows` rows there not one is
        found.
    Why:
        Accuracy counts rows, so a rare label hardly shows in it. Where one answer takes all rows, that is
        `majority-collapse`; this is for a label among several.
    Example:
        77% offensive, 17% neither, 6% hate: accuracy .86, recall of `hate` 0
    Fix:
        Judge by macro-F1; weigh the classes, or make or label more rows of the rare one.
    Source:
        Own measurements with MiniLM. With a true recall of .5, five rows are all missed once in 32 trainings by
        chance.
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("validation_accuracy", "recall", "class_weights")
    explains: ClassVar[frozenset[str]] = frozenset({"worse-than-baseline"})
    accuracy: float = 0.8  # on validation, 0..1
    rows: int = 5  # on validation, of the label

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Look for labels that the kept epoch does not find."""
        best = history.best
        if best is None or best.accuracy is None or best.accuracy < self.accuracy:
            return None
        rows = {label: history.validation_counts.get(label, 0) for label, part in best.recall.items() if part == 0}
        missed = {label: n for label, n in rows.items() if n >= self.rows}
        if not missed:
            return None
        weights = without_remedy(history.settings)
        named = ", ".join(f"{label!r} (0 of {n:,})" for label, n in missed.items())
        return self.found(
            f"accuracy is {best.accuracy:.2f}, yet not a row is found of {named}",
            severity=Severity.WARNING,
            symptom="accuracy is high, macro-F1 is not",
            cause="a label is so rare that to miss it costs next to nothing",
            confidence=0.55,
            evidence={"accuracy": best.accuracy, "macro_f1": best.macro_f1, "missed": missed},
            split="validation",
            remedy={"finetune": {"class_weights": "balanced"}} if weights else {"augment": {"target": "balanced"}},
        )

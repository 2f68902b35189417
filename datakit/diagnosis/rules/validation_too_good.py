"""A validation split that promises more than the test split keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule, sureness


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidationTooGood(Rule):
    """Accuracy on validation is far above that on the test split.

    What:
        The accuracies differ by at least `gap`, and by more than `errors` standard errors of that difference.
    Why:
        Splits of the same rows differ by chance alone. A larger gap means that rows of validation, or near copies,
        stand in train, or that the test rows come from elsewhere. Either way the epoch was chosen by the wrong
        yardstick. datakit's own splits are certified; files of your own are checked row by row
        (`split-leakage`, `near-split-leakage`), and what slips through shows here.
    Example:
        validation leaked into train: macro-F1 .995 there and .89 on the test split
    Fix:
        Make both splits from one file with `datakit split`; look where the test rows come from.
    Source:
        Own measurements with MiniLM; the test of two shares. To keep the best of a few epochs is worth far less
        than `errors`.
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("validation_accuracy", "baselines")
    gap: float = 0.05  # of accuracy, 0..1
    errors: float = 4.0  # standard errors of the difference

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Compare the accuracies."""
        best, model = history.best, metrics.get("model")
        rows = sum(history.validation_counts.values()), model["rows"] if model else 0
        if best is None or best.accuracy is None or model is None or not all(rows):
            return None
        pooled = (best.accuracy * rows[0] + model["accuracy"] * rows[1]) / sum(rows)
        error = sqrt(max(pooled * (1 - pooled), 1 / sum(rows)) * sum(1 / n for n in rows))
        gap = best.accuracy - model["accuracy"]
        if gap < self.gap or gap < self.errors * error:
            return None
        return self.found(
            f"accuracy is {best.accuracy:.3f} on validation and {model['accuracy']:.3f} on the test split: "
            f"{gap / error:.0f} standard errors apart",
            severity=Severity.WARNING,
            symptom="the model does worse on new rows than validation promised",
            cause="rows of validation stand in train, or the test rows come from elsewhere",
            confidence=sureness(gap / error, self.errors, 3 * self.errors),
            fix="make the splits from one file with datakit split, and see where the test rows come from",
            evidence={"validation": best.accuracy, "test": model["accuracy"], "standard_error": round(error, 5)},
            split="validation",
            remedy={},
        )

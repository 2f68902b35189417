"""Validation rows that plain models answer the wrong way round."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs, areas_of, is_opposite


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceBelowChance(Rule):
    """What plain models learn from the training rows is wrong on validation, surely more often than by chance.

    What:
        The 95% intervals of the areas under the ROC curve of a linear model on words and, where that says so, of
        one on the vectors of a frozen encoder end on validation clearly below .5, that of guessing.
    Why:
        To be wrong so often takes knowledge: the texts tell the labels, and those of validation are named or
        numbered in another way than those of train.
    Example:
        SST-2 with `positive` and `negative` changed about in the validation file
    Fix:
        Make both splits from one file; name the labels instead of numbering them.
    Source:
        The area is .5 for guesses whatever the imbalance, and 1 minus the area where two labels change places
        (Hanley & McNeil 1982, The meaning and use of the area under a ROC curve).
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("reference",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {
        "labels-shuffled",
        "validation-label-map",
        "reference-at-chance",
    }
    references: tuple[str, ...] = ("tfidf-logistic-regression", "frozen-encoder-probe")
    rows: int = 16  # training rows a label, below which there may be nothing to learn yet

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Look at the references on validation; both must be there."""
        areas = areas_of(metrics, self.references)
        if areas is None or Signs.of(history).rows_per_label < self.rows:
            return None
        if not all(map(is_opposite, areas.values())):
            return None
        last = metrics["reference"][self.references[-1]]
        least, most = last["roc_auc_interval"]
        return self.found(
            "on validation plain models are wrong more often than guesses: the area under the ROC curve of "
            f"{self.references[-1]} is {least:.2f} to {most:.2f}",
            symptom="validation is worse than by chance",
            cause="the labels of validation are numbered or named in another way than those of train",
            confidence=0.9,
            fix="make both splits from one file, with names for labels",
            evidence={"area_intervals": areas, "rows": last["rows"]},
            split="validation",
            remedy={},
        )

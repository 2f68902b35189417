"""Rows that no plain model can learn anything from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import WORTH, Signs, areas_of, is_guessing, is_opposite


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceAtChance(Rule):
    """What plain models learn from the training rows does not help on validation at all.

    What:
        The area under the ROC curve of both, a linear model on words and one on the vectors of a frozen encoder,
        is on validation no surer than that of guessing (its 95% interval reaches .5) and `area` at best. What is
        worse than guesses is told by `reference-below-chance`.
    Why:
        Texts that say something of their labels say it in their words. Where neither words nor meaning do, no
        training will find more. The area is .5 for guesses whatever the imbalance and the number of labels, unlike
        accuracy and macro-F1. With few validation rows the interval is wide, and nothing is claimed.
    Example:
        TREC-6 with its labels shuffled: areas about .5, macro-F1 .11 and .14; as it is: .77 and .83
    Fix:
        Look at a few rows: do labels and texts belong together? A join or a sort may have moved one column.
    Source:
        "Probe at chance: data or labels; fine-tuned below the probe: training", own measurements with MiniLM on
        three data sets; Alain & Bengio 2017, Understanding intermediate layers using linear classifier probes
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("reference",)
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"missing-class-weights", "truncation", "too-few-steps"}
    references: tuple[str, ...] = ("tfidf-logistic-regression", "frozen-encoder-probe")
    area: float = WORTH  # upper end of the area's interval; more would be worth a training
    rows: int = 16  # training rows a label, below which there may be nothing to learn yet

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Look at the references on validation; both must be there."""
        areas = areas_of(metrics, self.references)
        if areas is None or Signs.of(history).rows_per_label < self.rows:
            return None
        if not all(is_guessing(area, self.area) for area in areas.values()) or all(
            map(is_opposite, areas.values())
        ):
            return None
        read = {name: metrics["reference"][name] for name in self.references}
        best = max(read, key=lambda name: float(read[name]["macro_f1"]))
        guessed = metrics["reference"]["majority"]["macro_f1"]
        return self.found(
            f"on validation neither words nor meaning tell the labels better than guessing: {best} has macro-F1 "
            f"{read[best]['macro_f1']:.3f}, the most frequent label alone {guessed:.3f}",
            symptom="whatever is trained stays at chance",
            cause="the labels have nothing to do with the texts: one column may have been moved",
            confidence=0.85,
            fix="look at a few rows; mend the join or the sort that has moved the labels",
            evidence={
                "area_intervals": areas,
                "macro_f1": {name: figures["macro_f1"] for name, figures in read.items()},
                "rows": read[best]["rows"],
            },
            split="validation",
            remedy={},
        )

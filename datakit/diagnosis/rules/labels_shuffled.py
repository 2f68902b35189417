"""Labels that have nothing to do with the texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import BLIND, GUESSING, Signs, is_guessing


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelsShuffled(Rule):
    """The labels stand at the wrong rows, or say nothing of the texts.

    What:
        The weights moved as they should, the answers on validation tell less than `told` of the labels, and either
        no baseline ranks the rows better than chance (by the area under the ROC curve: a low macro-F1 may be that
        of a rare label), or training rows are known far better than validation rows.
    Why:
        A model can learn rows by heart even where the labels are drawn at random. Then nothing carries over, and
        nothing else that learns from these rows does better. Mostly a join or a sort has moved one column.
    Example:
        TREC-6 shuffled: macro-F1 .10, information below .035, probe .14 (chance .17)
    Fix:
        Look at a few rows: do labels and texts belong together? Mend the file.
    Source:
        Own measurements with MiniLM; Zhang et al. 2017, Understanding deep learning requires rethinking
        generalization
    """

    phase: ClassVar[Phase] = "after"
    needs: ClassVar[tuple[str, ...]] = ("body_update", "information", "train_counts")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"few-training-rows", "truncation"}
    told: float = BLIND  # parts of the labels' entropy, 0..1
    gap: float = 0.15  # between the accuracies on training and validation rows, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Look whether anything can be learnt from these rows at all."""
        signs = Signs.of(history)
        if not signs.moved_well or signs.information is None or signs.information >= self.told:
            return None
        by_heart = self._by_heart(signs)
        chance = _at_chance(metrics)
        if not (by_heart or chance) or chance is False:
            return None
        return self.found(
            "the answers tell nothing of the labels of rows that were not learnt"
            + ("; no baseline does better than chance" if chance else ""),
            symptom="the training rows are learnt, if at all, and validation stays at chance",
            cause="the labels have nothing to do with the texts: the columns may have been shuffled",
            confidence=0.9 if chance and by_heart else 0.8 if chance else 0.6,
            fix="look at a few rows; mend the join or the sort that has moved the labels",
            evidence=signs.evidence("information", "drift", "loss", "train_accuracy", "accuracy"),
            remedy={},
        )

    def _by_heart(self, signs: Signs) -> bool:
        if signs.train_accuracy is None or signs.accuracy is None:
            return False
        known = signs.train_accuracy
        return known > signs.accuracy + self.gap and known > signs.frequent + 0.1


def _at_chance(metrics: Mapping[str, Any]) -> bool | None:
    """Return whether no baseline that reads the texts is better than chance; None where nobody knows."""
    areas = [m.get("roc_auc_interval") for name, m in metrics.get("baselines", {}).items() if name != "majority"]
    if any(area is not None and area[0] > GUESSING for area in areas):
        return False
    return True if areas and all(map(is_guessing, areas)) else None

"""Rare labels that nothing is done about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import TOO_SHORT, History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule, sureness
from datakit.diagnosis.rules._signs import Signs, without_remedy


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingClassWeights(Rule):
    """A label is rare, and a row of it counts no more than any other.

    What:
        The most frequent label has at least `ratio` times the training rows of the rarest, class weights are off,
        and neither the loss nor the sampling makes up for it. After training: the kept epoch also finds less than
        `recall` of the validation rows of a label, though the steps were long enough.
    Why:
        To answer with the frequent label is right nine times of ten, and the first thing that lowers the loss.
        Without weights a short training ends there.
    Example:
        SST-2 with 90% of one label, at a good rate, 3 epochs: macro-F1 .34; with balanced weights .66
    Fix:
        Balance the class weights, or the rows: `datakit augment --target balanced`.
    Source:
        Own measurements with MiniLM; King & Zeng 2001, Logistic regression in rare events data
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("recall", "class_weights", "train_counts")
    explains: ClassVar[frozenset[str]] = frozenset(
        {"majority-collapse", "misleading-accuracy", "worse-than-baseline", "under-trained"}
    )
    ratio: float = 9.0  # rows of the most frequent label / rows of the rarest
    recall: float = 0.5  # of each label on validation that leaves nothing to mend, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the labels' rows, and whether the rare ones were found nevertheless."""
        rows, best = history.train_counts, history.best
        if not rows or history.settings.get("class_weights") != "none" or not without_remedy(history.settings):
            return None
        frequent, rare = max(rows, key=rows.__getitem__), min(rows, key=rows.__getitem__)
        ratio = rows[frequent] / max(1, rows[rare])
        signs = Signs.of(history)
        found = best is not None and min(best.recall.values(), default=1.0) >= self.recall
        slow = signs.update is not None and signs.update <= TOO_SHORT
        if ratio < self.ratio or found or slow or signs.diverged:
            return None
        return self.found(
            f"there are {ratio:.0f} rows of {frequent!r} to each of {rare!r}, and all rows weigh the same",
            severity=Severity.WARNING,
            symptom="the rare label is hardly ever answered",
            cause="the loss is lowest, for a long time, where the frequent label is answered to every text",
            confidence=sureness(ratio, self.ratio, 10 * self.ratio) if best is None else 0.7,
            evidence={"rows": dict(rows), "ratio": round(ratio, 1), **({"recall": best.recall} if best else {})},
            split="train",
            remedy={"finetune": {"class_weights": "balanced"}},
        )

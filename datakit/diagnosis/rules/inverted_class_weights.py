"""Class weights that make the imbalance worse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis.rules._base import Diagnosis, Phase, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class InvertedClassWeights(Rule):
    """Rows of the most frequent label were given a larger weight than rows of the rarest.

    What:
        The class weights, set by hand, are larger for the label with the most training rows than for the one with
        the fewest.
    Why:
        Weights are there to let rare labels count for more. Counts taken for weights, or labels in another order,
        do the opposite, and the rare label is never answered.
    Example:
        `{ham: 9, spam: 1}` where nine rows of ten are `ham`
    Fix:
        Swap the weights, or let `finetune.class_weights` be `balanced`.
    Source:
        King & Zeng 2001, Logistic regression in rare events data: weights are inverse to the frequencies
    """

    phase: ClassVar[Phase] = "before"
    needs: ClassVar[tuple[str, ...]] = ("class_weights", "train_counts")
    explains: ClassVar[frozenset[str]] = frozenset(
        {"majority-collapse", "misleading-accuracy", "worse-than-baseline"}
    )

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the weights of both labels."""
        weights, rows = history.settings.get("class_weights"), history.train_counts
        if not isinstance(weights, Mapping) or not rows:
            return None
        frequent, rare = max(rows, key=rows.__getitem__), min(rows, key=rows.__getitem__)
        if rows[frequent] == rows[rare] or weights[frequent] <= weights[rare]:
            return None
        return self.found(
            f"a row of {frequent!r} weighs {weights[frequent]:g}, one of {rare!r} {weights[rare]:g}, though there "
            f"are {rows[frequent]:,} of the first and {rows[rare]:,} of the second",
            severity=Severity.WARNING,
            symptom="the rare label is hardly ever answered",
            cause="the weights are in the order of the frequencies, not in the opposite one",
            confidence=0.8,
            fix="if rare labels are to count for more, swap the weights or set finetune.class_weights to balanced",
            evidence={"weights": dict(weights), "rows": dict(rows)},
            split="train",
            remedy={"finetune": {"class_weights": "balanced"}},
        )

"""Batches of one label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from statistics import fmean
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class SortedBatches(Rule):
    """Rows come sorted by label, so that each batch holds one label alone.

    What:
        The entropy of the labels in a batch is below `share` of that of rows drawn at random, on average,
        and nothing was learnt, though steps were as long as they should be.
    Why:
        The model learns to give whatever label comes just now, and forgets the others.
    Example:
        TREC-6 in the order of its labels: macro-F1 .05, entropy .04 of what is expected
    Fix:
        Shuffle the rows before each epoch. datakit does so itself; this is for trainings with other samplers.
    Source:
        Own measurements with MiniLM: .04 and .01 of what is expected; google-research/bert#154
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("label_entropy", "batch_size", "relative_loss")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {
        "labels-shuffled",
        "validation-label-map",
        "few-training-rows",
    }
    share: float = 0.3  # of the expected entropy, 0..1

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the batches with rows drawn at random."""
        found = [step.label_entropy for step in history.steps if step.label_entropy is not None]
        counts = [n for n in history.train_counts.values() if n]
        if history.settings.get("sampling", "shuffled") != "shuffled":
            counts = [1] * len(counts)
        expected = _expected_entropy(counts, history.settings["batch_size"])
        if not found or not expected or (measured := fmean(found)) >= self.share * expected:
            return None
        signs = Signs.of(history)
        if signs.diverged or not signs.learnt_nothing or not (signs.moved_well or signs.update is None):
            return None
        return self.found(
            f"the labels in a batch have an entropy of {measured:.2f}; rows drawn at random have {expected:.2f}",
            symptom="the loss saws up and down, and the model gives whatever label came last",
            cause="rows come sorted by label",
            confidence=0.85,
            evidence={
                "entropy": measured,
                "expected": expected,
                **signs.evidence("loss", "information", "update"),
            },
            fix="shuffle the rows before each epoch",
            remedy={},
        )


def _expected_entropy(counts: Sequence[int], rows: int) -> float:
    """Return the mean entropy of the labels of `rows` rows drawn at random, nats.

    Each label's part is a binomial's: the sum over its counts c of P(c) * -(c / rows) log(c / rows).
    """
    total = sum(counts)
    return sum(
        exp(lgamma(rows + 1) - lgamma(c + 1) - lgamma(rows - c + 1) + c * log(p) + (rows - c) * log(1 - p))
        * -(c / rows)
        * log(c / rows)
        for p in (n / total for n in counts)
        if p < 1
        for c in range(1, rows + 1)
    )

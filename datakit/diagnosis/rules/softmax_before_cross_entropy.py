"""Probabilities where the loss wants logits."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import e, log
from typing import Any, ClassVar

from datakit.core.history import History
from datakit.diagnosis.rules._base import SYMPTOMS, Diagnosis, Phase, Rule
from datakit.diagnosis.rules._signs import Signs


@dataclass(frozen=True, kw_only=True, slots=True)
class SoftmaxBeforeCrossEntropy(Rule):
    """Nearly all training rows are answered rightly, and yet the loss cannot fall.

    What:
        Of the gap between the most frequent label and all rows, training closed at least `learnt` in `steps` steps
        or more; and the relative loss never fell below the least that probabilities, taken for logits, can have,
        though the head moved.
    Why:
        Cross-entropy takes logits and applies a softmax itself. Given probabilities, which differ by 1 at most, it
        ends at log(e + k - 1) - 1 for k labels however right the answers are, and gradients are short all along.
    Example:
        TREC-6, six labels: training accuracy .95, loss .67 of a blind answer's; macro-F1 .78 instead of .92
    Fix:
        Give the loss the logits. datakit always does; this is for other trainings (`datakit lint train.py` finds
        the line).
    Source:
        Own measurements with MiniLM; the bound is that of one probability 1 and k - 1 of 0
    """

    phase: ClassVar[Phase] = "during"
    needs: ClassVar[tuple[str, ...]] = ("train_accuracy", "relative_loss", "train_counts")
    explains: ClassVar[frozenset[str]] = SYMPTOMS | {"learning-rate-too-low", "tiny-batch", "too-few-steps"}
    learnt: float = 0.8  # (accuracy - share of the most frequent label) / (1 - that share)
    steps: int = 30  # fewer do not bring the loss down
    slack: float = 0.95  # of the bound, below which no record may be: labels in a batch vary

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:  # noqa: ARG002
        """Compare the least loss with the bound."""
        signs, settings = Signs.of(history), history.settings
        losses = [step.relative_loss for step in history.steps if step.relative_loss is not None]
        smoothed = (settings.get("loss_options") or {}).get("label_smoothing")
        plain = settings.get("loss", "cross-entropy") == "cross-entropy" and not smoothed
        early = not losses or history.steps[-1].step < self.steps
        if not plain or early or not history.train_counts or signs.head_update == 0:
            return None
        bound = _least(history)
        closed = ((signs.train_accuracy or 0.0) - signs.frequent) / max(1 - signs.frequent, 1e-9)
        if closed < self.learnt or min(losses) < self.slack * bound:
            return None
        return self.found(
            f"{signs.train_accuracy:.0%} of the training rows are answered rightly, but the loss stays at "
            f"{signs.loss:.0%} of a blind answer's",
            symptom="accuracy rises, the loss hardly falls",
            cause="the loss is given probabilities, and takes them for logits",
            confidence=0.85,
            fix="give the loss the logits, without a softmax before it",
            evidence={**signs.evidence("train_accuracy", "loss"), "lowest": min(losses), "bound": round(bound, 4)},
            remedy={},
        )


def _least(history: History) -> float:
    """Return the least relative loss of probabilities that are taken for logits.

    How much a label counts in the loss is its rows times their weight; where weights or sampling make labels more
    alike, at most the same for all.
    """
    counts, weights = history.train_counts, history.settings.get("class_weights", "none")
    plain = weights == "none" and history.settings.get("sampling", "shuffled") == "shuffled"
    if isinstance(weights, Mapping):
        parts = [n * weights[label] for label, n in counts.items()]
    else:
        parts = [float(n) if plain else 1.0 for n in counts.values()]
    shares = [part / sum(parts) for part in parts if part]
    prior = -sum(share * log(share) for share in shares)
    return (log(e + len(counts) - 1) - 1) / prior if prior else 0.0

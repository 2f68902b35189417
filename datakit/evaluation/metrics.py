"""The figures of a classifier on one split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datakit.evaluation.intervals import bootstrap

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassMetrics:
    """One label's figures; all but `support` are fractions 0..1."""

    precision: float
    recall: float
    f1: float
    f1_interval: tuple[float, float]  # 95%
    support: int  # rows that carry the label
    roc_auc: float | None  # None where the split has no row with, or none without, the label
    pr_auc: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """A classifier's figures on one split; fractions 0..1 but for counts and `mcc` (-1..1)."""

    rows: int
    accuracy: float
    accuracy_interval: tuple[float, float]  # 95%
    balanced_accuracy: float
    mcc: float
    macro_precision: float
    macro_recall: float
    macro_f1: float
    macro_f1_interval: tuple[float, float]  # 95%
    weighted_precision: float
    weighted_recall: float
    weighted_f1: float
    roc_auc: float | None  # macro average over the labels that have one, each against the rest
    pr_auc: float | None  # the same; average precision
    per_class: dict[str, ClassMetrics]
    labels: tuple[str, ...]  # order of the rows and columns of `confusion`
    confusion: tuple[tuple[int, ...], ...]  # [true label][predicted label] -> rows


def measure(labels: Sequence[str], true: Sequence[str], probabilities: Floats, *, seed: int = 13) -> Metrics:
    """Measure predictions against the truth.

    Args:
        labels: the labels that the classifier knows, in the order of the columns of `probabilities`.
        true: the right label of each row, n of them. One that the classifier does not know counts as missed.
        probabilities: (n, len(labels)), rows sum to 1; the predicted label is the most probable.
        seed: of the bootstrap behind the intervals.

    Raises:
        ValueError: no rows, or shapes that do not fit.
    """
    if probabilities.shape != (len(true), len(labels)) or not true:
        raise ValueError(f"{len(true)} labels, {len(labels)} classes, probabilities {probabilities.shape}")
    known = [*labels, *sorted(set(true) - set(labels))]
    truth = np.array([known.index(label) for label in true])
    scores = np.pad(probabilities, ((0, 0), (0, len(known) - len(labels))))
    confusion = _confusion(truth, scores.argmax(axis=1), len(known))
    per_class = _per_class(known, truth, scores, confusion, seed)
    support = confusion.sum(axis=1)
    precision, recall, f1 = (
        np.array([getattr(metrics, name) for metrics in per_class.values()])
        for name in ("precision", "recall", "f1")
    )
    present = support > 0
    return Metrics(
        rows=len(true),
        accuracy=_rounded(accuracy(confusion)),
        accuracy_interval=bootstrap(confusion, accuracy, seed),
        balanced_accuracy=_rounded(recall[present].mean()),
        mcc=_rounded(_mcc(confusion)),
        macro_precision=_rounded(precision.mean()),
        macro_recall=_rounded(recall.mean()),
        macro_f1=_rounded(f1_scores(confusion).mean()),
        macro_f1_interval=bootstrap(confusion, lambda c: f1_scores(c).mean(axis=-1), seed),
        weighted_precision=_rounded(np.average(precision, weights=support)),
        weighted_recall=_rounded(np.average(recall, weights=support)),
        weighted_f1=_rounded(np.average(f1, weights=support)),
        roc_auc=_mean([metrics.roc_auc for metrics in per_class.values()]),
        pr_auc=_mean([metrics.pr_auc for metrics in per_class.values()]),
        per_class=per_class,
        labels=tuple(known),
        confusion=tuple(tuple(map(int, row)) for row in confusion),
    )


def macro_f1(true: Ints, predicted: Ints, classes: int) -> float:
    """Return the mean F1 over `classes` classes, given as indices; a class nobody names counts as 0."""
    return float(f1_scores(_confusion(true, predicted, classes)).mean())


def accuracy(confusion: npt.NDArray[np.integer]) -> Floats:
    """Return the share of right answers of confusion matrices (..., k, k)."""
    shares: Floats = np.trace(confusion, axis1=-2, axis2=-1) / confusion.sum(axis=(-2, -1))
    return shares


def f1_scores(confusion: npt.NDArray[np.integer]) -> Floats:
    """Return F1 by class, (..., k), of confusion matrices (..., k, k); 0 where it is undefined."""
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    named = confusion.sum(axis=-1) + confusion.sum(axis=-2)  # times as truth + times as answer
    scores: Floats = np.divide(2 * hits, named, out=np.zeros(hits.shape), where=named > 0)
    return scores


def _per_class(
    known: Sequence[str], truth: Ints, scores: Floats, confusion: Ints, seed: int
) -> dict[str, ClassMetrics]:
    hits, support, answers = np.diagonal(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = f1_scores(confusion)
    low, high = np.array(bootstrap(confusion, f1_scores, seed))
    result = {}
    for i, label in enumerate(known):
        roc_auc, pr_auc = _areas(truth == i, scores[:, i])
        result[label] = ClassMetrics(
            precision=_rounded(hits[i] / answers[i]) if answers[i] else 0.0,
            recall=_rounded(hits[i] / support[i]) if support[i] else 0.0,
            f1=_rounded(f1[i]),
            f1_interval=(float(low[i]), float(high[i])),
            support=int(support[i]),
            roc_auc=roc_auc,
            pr_auc=pr_auc,
        )
    return result


def _areas(positive: npt.NDArray[np.bool_], score: Floats) -> tuple[float | None, float | None]:
    """Return the areas under the ROC and the precision-recall curve of one class against the rest."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    if positive.all() or not positive.any():
        return None, None
    return _rounded(roc_auc_score(positive, score)), _rounded(average_precision_score(positive, score))


def _confusion(truth: Ints, predicted: Ints, classes: int) -> Ints:
    cells: Ints = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def _mcc(confusion: Ints) -> float:
    """Return Gorodkin's multi-class Matthews correlation coefficient; 0 where it is undefined."""
    n, hits = float(confusion.sum()), float(np.trace(confusion))
    truth, answers = confusion.sum(axis=1).astype(float), confusion.sum(axis=0).astype(float)
    spread = np.sqrt((n**2 - (truth**2).sum()) * (n**2 - (answers**2).sum()))
    return float((n * hits - truth @ answers) / spread) if spread else 0.0


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return _rounded(sum(known) / len(known)) if known else None


def _rounded(value: float | np.floating | Floats) -> float:
    """Keep six digits: enough for any claim, and free of the last bits' noise."""
    return round(float(value), 6)

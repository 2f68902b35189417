"""The figures of a classifier on one split."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from datakit.evaluation.calibration import calibration
from datakit.evaluation.counts import Counts, Patterns, by_label, f1_scores, overall
from datakit.evaluation.curves import Areas, areas
from datakit.evaluation.intervals import Interval, bias_corrected, reach, widened
from datakit.evaluation.truth import Bools, Floats, Ints, Truth, one_hot


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassMetrics:
    """One label's figures; all but `support` are fractions 0..1, each beside its 95% interval."""

    precision: float
    precision_interval: Interval
    recall: float
    recall_interval: Interval
    f1: float
    f1_interval: Interval
    support: int  # rows that carry the label
    roc_auc: float | None  # None where the split has no row with, or none without, the label
    roc_auc_interval: Interval | None  # None also where a single row carries it, or does not
    pr_auc: float | None
    pr_auc_interval: Interval | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """A classifier's figures on one split, each beside its 95% interval.

    Fractions 0..1 but for counts and `mcc` (-1..1). Of the figures that may be None, the first two are those of
    rows with one label, the other four of rows with several.
    """

    rows: int
    accuracy: float  # share of rows whose labels are all right
    accuracy_interval: Interval
    macro_precision: float
    macro_precision_interval: Interval
    macro_recall: float
    macro_recall_interval: Interval
    macro_f1: float
    macro_f1_interval: Interval
    weighted_precision: float
    weighted_precision_interval: Interval
    weighted_recall: float
    weighted_recall_interval: Interval
    weighted_f1: float
    weighted_f1_interval: Interval
    balanced_accuracy: float | None = None
    balanced_accuracy_interval: Interval | None = None
    mcc: float | None = None
    mcc_interval: Interval | None = None
    micro_precision: float | None = None
    micro_precision_interval: Interval | None = None
    micro_recall: float | None = None
    micro_recall_interval: Interval | None = None
    micro_f1: float | None = None
    micro_f1_interval: Interval | None = None
    hamming_loss: float | None = None  # share of all decisions, a row times a label, that are wrong
    hamming_loss_interval: Interval | None = None
    roc_auc: float | None  # macro average over the labels that have one, each against the rest
    roc_auc_interval: Interval | None
    pr_auc: float | None  # the same; average precision
    pr_auc_interval: Interval | None
    ece: float  # expected calibration error
    ece_interval: Interval
    ece_floor: float  # what a perfectly calibrated model would show on as many rows, by chance
    brier: float
    brier_interval: Interval
    log_loss: float  # nats a row; with several labels a decision
    per_class: dict[str, ClassMetrics]
    labels: tuple[str, ...]  # order of the rows and columns of `confusion`
    confusion: tuple[tuple[int, ...], ...] | None  # [true label][predicted label] -> rows; None with several


def measure(
    labels: Sequence[str],
    true: Sequence[str] | Sequence[Sequence[str]],
    probabilities: Floats,
    *,
    answers: Bools | None = None,
    seed: int = 13,
) -> Metrics:
    """Measure predictions against the truth.

    Args:
        labels: the labels that the classifier knows, k of them, in the order of the columns of `probabilities`.
        true: the right label of each of n rows, or all its right labels. One that the classifier does not know
            counts as missed.
        probabilities: (n, k). Rows sum to 1 where a row has one label.
        answers: (n, k), which labels each row is given; by default the most probable, or all from a half upwards.
        seed: of the bootstrap behind the intervals.

    Raises:
        ValueError: no rows, or shapes that do not fit.
    """
    truth = Truth.of(labels, true)
    scores = truth.padded(probabilities)
    given = truth.answers(scores) if answers is None else truth.padded(answers)
    patterns = Patterns.of(truth.carried, given)
    counts = patterns.counted()
    whole, each = _with_intervals(patterns, counts, several=truth.several, seed=seed)
    roc, pr = areas(truth.carried, scores)
    sure = calibration(truth, scores, seed=seed)
    return Metrics(
        rows=counts.rows,
        **whole,
        **_area("roc_auc", *roc.mean()),
        **_area("pr_auc", *pr.mean()),
        **asdict(sure),
        per_class={
            label: ClassMetrics(**each[i], support=int(counts.support[i]), **_areas_of(i, roc, pr))
            for i, label in enumerate(truth.labels)
        },
        labels=truth.labels,
        confusion=None if truth.several else _confusion(truth.carried, given),
    )


def macro_f1(true: Ints, predicted: Ints, classes: int) -> float:
    """Return the mean F1 over `classes` classes, given as indices; a class nobody names counts as 0."""
    patterns = Patterns.of(one_hot(true, classes), one_hot(predicted, classes))
    return float(f1_scores(patterns.counted()).mean())


def _with_intervals(
    patterns: Patterns, counts: Counts, *, several: bool, seed: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the figures of the whole, and those of each label, with their intervals."""
    drawn = [patterns.counted(weights) for weights in patterns.resamples(seed)]
    whole, each = overall(counts, several=several), by_label(counts)
    draws = [overall(sample, several=several) for sample in drawn]
    unseen = reach(counts.support)
    # Where all is right in every resample: rows behind the figure, labels being independent (Zou & Donner 2008).
    of_macro = np.sqrt((unseen**2).sum()) / max(np.count_nonzero(counts.support), 1)
    of_rows = reach(np.array(counts.rows))
    told: dict[str, Any] = {}
    for name, value in whole.items():
        bounds = bias_corrected(np.concatenate([draw[name] for draw in draws]), value)
        by = of_macro if name.startswith(("macro", "balanced")) else of_rows
        if name == "mcc" and value == 0:  # one label given to all rows: no share of rows that might be another
            by = np.array(0.0)
        told |= _figure(name, value, widened(*bounds, by=by))
    columns = []
    draws = [by_label(sample) for sample in drawn]
    for name, values in each.items():
        low, high = widened(*bias_corrected(np.concatenate([draw[name] for draw in draws]), values), by=unseen)
        columns.append([_figure(name, *both) for both in zip(values, zip(low, high, strict=True), strict=True)])
    return told, [dict(pair for part in parts for pair in part.items()) for parts in zip(*columns, strict=True)]


def _areas_of(label: int, roc: Areas, pr: Areas) -> dict[str, Any]:
    return {
        **_area("roc_auc", _known(roc.values[label]), roc.interval(label)),
        **_area("pr_auc", _known(pr.values[label]), pr.interval(label)),
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def _area(name: str, value: float | None, interval: Interval | None) -> dict[str, Any]:
    return {
        name: None if value is None else _rounded(value),
        f"{name}_interval": None if interval is None else _interval(interval),
    }


def _figure(name: str, value: Any, bounds: Sequence[Any]) -> Mapping[str, Any]:  # noqa: ANN401  (numpy's scalars)
    return {name: _rounded(value), f"{name}_interval": _interval(bounds)}


def _interval(bounds: Sequence[Any]) -> Interval:
    low, high = bounds
    return _rounded(low), _rounded(high)


def _confusion(truth: Bools, answers: Bools) -> tuple[tuple[int, ...], ...]:
    k = truth.shape[1]
    cells = np.bincount(truth.argmax(axis=1) * k + answers.argmax(axis=1), minlength=k * k)
    return tuple(tuple(row) for row in cells.reshape(k, k).tolist())


def _rounded(value: float | np.floating | Floats) -> float:
    """Keep six digits: enough for any claim, and free of the last bits' noise."""
    return round(float(value), 6)

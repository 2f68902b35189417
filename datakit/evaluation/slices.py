"""The same figures on parts of the test split: where the model is weak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datakit.evaluation.comparison import holm
from datakit.evaluation.counts import Counts, Patterns, f1_scores
from datakit.evaluation.intervals import Interval, bias_corrected, wilson
from datakit.evaluation.truth import Bools, Floats, Ints, Truth

FEWEST = 30  # rows of a slice that is judged; with fewer, one row is worth more than three points
CERTAIN = 0.01  # greatest p value, after Holm, of a slice that is called weak
BELOW = 0.05  # how far its accuracy must lie below that of the rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Slice:
    """A part of the test split, and the figures on it."""

    by: str  # what the rows are told apart by
    name: str  # what these rows have in common
    rows: int
    accuracy: float
    accuracy_interval: Interval  # 95%
    macro_f1: float | None  # over the labels that its rows carry or got; None for the rows of one label
    macro_f1_interval: Interval | None
    rest: float | None  # accuracy on all other rows; None where there are none
    p: float  # of "no worse than the rest", adjusted by Holm; 1 where it is not judged
    weak: bool  # worse than the rest by `BELOW` or more, and not by chance


def slices(
    truth: Truth, answers: Bools, groups: Mapping[str, Mapping[str, Ints]], *, seed: int = 13
) -> tuple[Slice, ...]:
    """Measure each group of rows, and test whether the model is worse there than on the rest.

    The rows that carry a label are a slice too: their accuracy is its recall, or with several labels a row the
    share of its rows whose labels are all right. The test is Fisher's exact one-sided one; its p values are
    adjusted for the number of slices (Holm 1979).

    Args:
        truth: of n rows.
        answers: (n, k), which labels each row was given.
        groups: rows as indices, by name, by what they are told apart by.
        seed: of the intervals.
    """
    of_labels = {label: np.flatnonzero(truth.carried[:, i]) for i, label in enumerate(truth.labels)}
    parts = [
        (by, name, rows)
        for by, named in {**groups, "label": of_labels}.items()
        for name, rows in named.items()
        if len(rows)
    ]
    exact = (truth.carried == answers).all(axis=1)
    adjusted = holm([_p(exact, rows) for _, _, rows in parts])
    return tuple(
        _slice(truth, answers, exact, part, p=p, seed=seed) for part, p in zip(parts, adjusted, strict=True)
    )


def by_length(texts: Sequence[str]) -> dict[str, Ints]:
    """Return the rows in three groups by length in characters, about equally large."""
    return thirds(np.array([len(text) for text in texts], float), "{:.0f} to {:.0f} characters")


def thirds(values: npt.NDArray[np.floating], name: str) -> dict[str, Ints]:
    """Return the rows in three groups by value, about equally large; equal values share one.

    Args:
        values: (n).
        name: a format for the least and the greatest value of a group.
    """
    place = np.searchsorted(np.quantile(values, [1 / 3, 2 / 3]), values, side="left")
    groups = [np.flatnonzero(place == third) for third in range(3)]
    return {name.format(values[rows].min(), values[rows].max()): rows for rows in groups if len(rows)}


def _slice(
    truth: Truth, answers: Bools, exact: Bools, part: tuple[str, str, Ints], *, p: float, seed: int
) -> Slice:
    by, name, rows = part
    rest = np.delete(exact, rows)
    accuracy = float(exact[rows].mean())
    elsewhere = float(rest.mean()) if len(rest) else None
    low, high = wilson(float(exact[rows].sum()), len(rows))
    f1, interval = (None, None) if by == "label" else _macro_f1(truth.carried[rows], answers[rows], seed)
    return Slice(
        by=by,
        name=name,
        rows=len(rows),
        accuracy=round(accuracy, 6),
        accuracy_interval=(round(low, 6), round(high, 6)),
        macro_f1=f1,
        macro_f1_interval=interval,
        rest=None if elsewhere is None else round(elsewhere, 6),
        p=round(p, 6),
        weak=elsewhere is not None and p < CERTAIN and elsewhere - accuracy >= BELOW,
    )


def _p(exact: Bools, rows: Ints) -> float:
    from scipy.stats import hypergeom

    if not FEWEST <= len(rows) < len(exact):
        return 1.0
    # Fisher's test, one-sided: right answers in the slice, when all right answers are dealt out at random.
    return float(hypergeom.cdf(int(exact[rows].sum()), len(exact), int(exact.sum()), len(rows)))


def _macro_f1(carried: Bools, answers: Bools, seed: int) -> tuple[float, Interval]:
    there = (carried | answers).any(axis=0)
    if not there.any():  # several labels a row: none carried, none given
        return 1.0, (1.0, 1.0)
    patterns = Patterns.of(carried[:, there], answers[:, there])

    def figure(counts: Counts) -> Floats:
        return np.asarray(f1_scores(counts).mean(axis=-1))

    estimate = figure(patterns.counted())
    draws = np.concatenate([figure(patterns.counted(weights)) for weights in patterns.resamples(seed)])
    low, high = bias_corrected(draws, estimate)
    return round(float(estimate), 6), (round(float(low), 6), round(float(high), 6))

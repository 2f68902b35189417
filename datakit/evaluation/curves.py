"""Areas under the ROC and the precision-recall curve, each label against the rest, with intervals."""

from dataclasses import dataclass

import numpy as np

from datakit.evaluation.intervals import Interval, logit, reach
from datakit.evaluation.truth import Bools, Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Areas:
    """The areas of k labels; NaN where all rows or none carry the label."""

    values: Floats  # (k)
    influence: Floats  # (n, k): by how much one more of a row would change the area
    smaller: Floats  # (k), rows with or without the label, whichever are fewer

    def interval(self, label: int) -> Interval | None:
        """Return a label's 95% interval; None where one row is all there is to know it from."""
        if np.isnan(self.values[label]) or self.smaller[label] < 2:  # noqa: PLR2004  (one row has no spread)
            return None
        return _interval(self.values[label], self.influence[:, label], float(reach(self.smaller[label])))

    def mean(self) -> tuple[float | None, Interval | None]:
        """Return the macro average over the labels that have an area, and its 95% interval."""
        there = ~np.isnan(self.values)
        if not there.any():
            return None, None
        mean, influence = float(self.values[there].mean()), self.influence[:, there].mean(axis=1)
        # Zou & Donner 2008: distances of independent figures add up as squares.
        beyond = np.sqrt((reach(self.smaller[there]) ** 2).sum()) / there.sum()
        return mean, _interval(mean, influence, beyond)


def areas(carried: Bools, scores: Floats) -> tuple[Areas, Areas]:
    """Return the areas under the ROC curve, and under the precision-recall curve (average precision).

    The standard errors are the infinitesimal jackknife's: the bootstrap's with endlessly many resamples, without
    drawing any (Jaeckel 1972; Efron 2014). For the ROC area they are DeLong's (DeLong et al. 1988). The intervals
    are symmetric on the logit scale, which keeps them between 0 and 1 (Boyd et al. 2013, for average precision).

    Args:
        carried: (n, k), which rows carry the label.
        scores: (n, k), the higher the surer; rows of equal score are told apart by neither curve.
    """
    n, k = carried.shape
    roc, pr = (np.full(k, np.nan) for _ in range(2))
    roc_influence, pr_influence = (np.zeros((n, k)) for _ in range(2))
    positives = carried.sum(axis=0)
    for label in np.flatnonzero((positives > 0) & (positives < n)):
        order = np.argsort(-scores[:, label], kind="stable")
        curves = _curves(carried[order, label], scores[order, label])
        roc[label], roc_influence[order, label], pr[label], pr_influence[order, label] = curves
    smaller = np.minimum(positives, n - positives).astype(float)
    return (
        Areas(values=roc, influence=roc_influence, smaller=smaller),
        Areas(values=pr, influence=pr_influence, smaller=smaller),
    )


def _curves(positive: Bools, score: Floats) -> tuple[float, Floats, float, Floats]:
    """Return ROC area, its influence (n), average precision, its influence (n); rows from high score to low."""
    n, m = len(positive), int(positive.sum())
    ends = np.flatnonzero(np.append(np.diff(score) != 0, True))  # the last row of each score
    tie = np.cumsum(np.append(0, np.diff(score) != 0))
    above = np.append(-1, ends[:-1])[tie] + 1  # rows of a higher score
    reached = ends[tie] + 1  # rows of this score or a higher one

    hits = np.append(0, np.cumsum(positive))
    misses = np.arange(n + 1) - hits
    # The share of the other kind that a row is ranked rightly against; equal scores count half.
    beaten = np.where(
        positive,
        (n - m) - (misses[above] + misses[reached]) / 2,
        (hits[above] + hits[reached]) / 2,
    ) / np.where(positive, n - m, m)
    roc = float(beaten[positive].mean())
    roc_influence = (beaten - roc) / np.where(positive, m, n - m)

    precision = hits[reached] / reached
    average = float(precision[positive].mean())
    # One more row changes the precision at every positive row that is ranked no higher.
    lower = [_tail_sums(np.where(positive, x / reached, 0.0))[above] for x in (1.0, precision)]
    pr_influence = (positive * (precision - average) + positive * lower[0] - lower[1]) / m

    fewness = np.sqrt(np.where(positive, m / max(m - 1, 1), (n - m) / max(n - m - 1, 1)))
    return roc, roc_influence * fewness, average, pr_influence * fewness


def _tail_sums(values: Floats) -> Floats:
    """Return the sum of each value and all behind it."""
    return np.cumsum(values[::-1])[::-1]


def _interval(value: float, influence: Floats, beyond: float) -> Interval:
    if value >= 1:
        return float(value - beyond), 1.0
    if value <= 0:
        return 0.0, float(value + beyond)
    return logit(float(value), float(np.sqrt((influence**2).sum())))

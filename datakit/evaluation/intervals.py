"""How far a figure could be off because the test split is only a sample."""

from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]

RESAMPLES = 2000  # Efron & Tibshirani 1993: 1,000 or more for percentile intervals
LEVEL = 0.95

_NORMAL = NormalDist()
Z = _NORMAL.inv_cdf((1 + LEVEL) / 2)  # 1.96


def bias_corrected(draws: Floats, estimate: Floats) -> tuple[Floats, Floats]:
    """Return bias-corrected percentile intervals, each widened to its estimate where that lies beyond.

    The correction matters for macro averages: a label with a few rows is missing from many resamples, which pulls
    their macro-F1 below the sample's own. With 77 labels on 400 rows the plain percentile interval does not even
    hold the estimate.

    Source: Efron 1987, Better bootstrap confidence intervals (the BC interval).

    Args:
        draws: (resamples, ...), the figures of the resamples.
        estimate: (...), those of the sample.

    Returns:
        lower and upper bounds, (...).
    """
    flat, middle = draws.reshape(len(draws), -1), np.ravel(estimate)
    below = ((flat < middle).sum(axis=0) + (flat == middle).sum(axis=0) / 2) / len(flat)
    edge = 1 / (len(flat) + 1)
    tail = _NORMAL.inv_cdf((1 - LEVEL) / 2)
    bounds = []
    for column, share, value in zip(flat.T, below, middle, strict=True):
        bias = _NORMAL.inv_cdf(min(max(float(share), edge), 1 - edge))
        low, high = np.quantile(column, [_NORMAL.cdf(2 * bias + tail), _NORMAL.cdf(2 * bias - tail)])
        bounds.append((min(low, value), max(high, value)))
    low, high = np.array(bounds).T.reshape(2, *np.shape(estimate))
    return low, high


def reach(rows: Floats) -> Floats:
    """Return how far a share may lie from the 0 or 1 that was seen in all of `rows` rows; 0 without rows.

    Where all answers are right every resample is right too, and the bootstrap claims certainty.

    Source: Clopper & Pearson 1934, the exact binomial interval; its one end for 95% and many rows is 3.7 / rows.
    """
    return np.where(rows > 0, 1 - ((1 - LEVEL) / 2) ** (1 / np.maximum(rows, 1)), 0.0)


def widened(low: Floats, high: Floats, by: Floats) -> tuple[Floats, Floats]:
    """Return intervals of shares; one of no width at 0 or 1 is widened by `by`."""
    still = low == high
    return np.where(still & (low >= 1), low - by, low), np.where(still & (high <= 0), high + by, high)


def wilson(hits: float, rows: float) -> Interval:
    """Return the interval of a share, `hits` of `rows` rows.

    Source: Wilson 1927; Brown, Cai & DasGupta 2001 recommend it for few rows.
    """
    share, spread = hits / rows, Z**2 / rows
    middle = (share + spread / 2) / (1 + spread)
    half = Z * float(np.sqrt(share * (1 - share) / rows + spread / (4 * rows))) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def logit(estimate: float, error: float) -> Interval:
    """Return the normal interval on the logit scale of a figure between 0 and 1, given its standard error."""
    from scipy import special

    middle, half = special.logit(estimate), Z * error / (estimate * (1 - estimate))
    return float(special.expit(middle - half)), float(special.expit(middle + half))

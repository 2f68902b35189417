"""How far a figure could be off because the test split is only a sample."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from datakit.core.seeding import seed_for

RESAMPLES = 2000  # Efron & Tibshirani 1993: 1,000 or more for percentile intervals


def bootstrap(
    confusion: npt.NDArray[np.int64],
    figure: Callable[[npt.NDArray[np.int64]], npt.NDArray[np.float64]],
    seed: int,
) -> tuple[float, float]:
    """Return the 95% percentile interval of a figure of a confusion matrix.

    Drawing n rows with replacement and counting them into a confusion matrix is one multinomial draw over its
    cells, so 2,000 resamples take milliseconds whatever n is.

    Args:
        confusion: (k, k), rows by true and predicted label.
        figure: maps matrices (m, k, k) to figures (m,) or (m, k).
        seed: of the run.

    Returns:
        lower and upper bound; arrays of k where the figure has k values.
    """
    n = int(confusion.sum())
    rng = np.random.default_rng(seed_for(seed, "bootstrap"))
    draws = rng.multinomial(n, confusion.ravel() / n, size=RESAMPLES).reshape(-1, *confusion.shape)
    low, high = np.percentile(figure(draws), [2.5, 97.5], axis=0).round(6)
    return (low, high) if np.ndim(low) else (float(low), float(high))

"""How long the texts of a split are, and where the usual ends."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from datakit.validation.survey import Digest

_LEAST_ROWS: Final = 100  # fewer have no tails to speak of
_LONGEST_WORD: Final = (
    12  # characters of a typical word, the space included, in languages that part words by spaces
)
_LEAST_SPREAD: Final = 1.5  # upper quartile / lower quartile: templates of one length vary by a word


@dataclass(frozen=True, kw_only=True, slots=True)
class Lengths:
    """The lengths of a split's texts, and the limits of what is usual among them."""

    values: npt.NDArray[np.int32]  #: [rows]
    unit: str  #: what is counted
    first_quartile: float
    median: float
    lower: float  #: texts shorter than this lie far out
    upper: float  #: and texts longer than this

    @classmethod
    def of(cls, digest: Digest) -> Self | None:
        """Measure the texts of a split, in words or, where words are not parted by spaces, in characters.

        The limits are Tukey's outer fences (Exploratory Data Analysis, 1977) of the logarithms, since lengths are
        about log-normal: three times the interquartile range beyond the quartiles.

        Returns:
            None for a split of too few texts.
        """
        if len(digest) < _LEAST_ROWS:
            return None
        in_words = np.median(digest.chars) <= _LONGEST_WORD * np.median(digest.words)
        values = digest.words if in_words else digest.chars
        first, median, third = np.quantile(values, [0.25, 0.5, 0.75])
        reach = max(third / first, _LEAST_SPREAD) ** 3
        return cls(
            values=values,
            unit="word" if in_words else "character",
            first_quartile=float(first),
            median=float(median),
            lower=float(first / reach),
            upper=float(third * reach),
        )

"""Numbers that scatter numbers."""

import numpy as np
import numpy.typing as npt

#: An odd number without pattern (2 ** 64 over the golden ratio): multiplied by it, neighbours fall apart.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def scattered(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return a pseudo-random number for each value; different values get different numbers.

    Source: the output function of SplitMix64, Steele, Lea and Flood 2014 ("Fast splittable pseudorandom number
    generators", https://doi.org/10.1145/2660193.2660195).
    """
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))

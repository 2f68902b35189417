"""An order that nothing but the seed and the content decides."""

import numpy as np
import numpy.typing as npt

from datakit.core.seeding import seed_for


def mixed(keys: npt.NDArray[np.uint64], seed: int, *names: str) -> npt.NDArray[np.uint64]:
    """Return a pseudo-random number for each of `keys`, [keys]: sorting by it shuffles, whatever order they had.

    Different keys get different numbers. Source: the output function of SplitMix64, Steele, Lea and Flood 2014
    ("Fast splittable pseudorandom number generators").
    """
    z = keys + np.uint64(seed_for(seed, *names))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))

"""An order that nothing but the seed and the content decides."""

import numpy as np
import numpy.typing as npt

from datakit.core.hashing import scattered
from datakit.core.seeding import seed_for


def mixed(keys: npt.NDArray[np.uint64], seed: int, *names: str) -> npt.NDArray[np.uint64]:
    """Return a pseudo-random number for each of `keys`, [keys]: sorting by it shuffles, whatever order they had.

    Different keys get different numbers.
    """
    return scattered(keys + np.uint64(seed_for(seed, *names)))

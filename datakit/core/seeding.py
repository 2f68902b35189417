"""The only source of randomness: every generator is derived from the run's seed and the name of its use.

The global random state is never touched, so a result depends neither on the order of the rows, nor on the
number of workers, nor on what ran before.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256


def seed_for(seed: int, *names: str | int) -> int:
    """Return a seed (64 bits) for one use, named by any strings and numbers, under the run's `seed`."""
    # \x1f (unit separator) keeps ("a", "bc") apart from ("ab", "c").
    path = "\x1f".join(map(str, (seed, *names)))
    return int.from_bytes(sha256(path.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def rng_for(seed: int, *names: str | int) -> random.Random:
    """Return a fresh generator for one use; the same arguments give the same stream on every machine."""
    return random.Random(seed_for(seed, *names))  # noqa: S311  (reproducible, not secret)


@contextmanager
def global_state_lent(seed: int) -> Iterator[None]:
    """Lend Python's and NumPy's global generators, seeded, to a library that draws from them.

    They are as before afterwards.
    """
    import numpy as np

    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  (it is the global state we keep)
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002

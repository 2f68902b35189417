"""What a splitter is."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus

#: The home of a row that has none yet.
NEW = -1


class Splitter(Protocol):
    """Deals the rows of a corpus out to splits. Its dataclass fields are its options."""

    def assign(
        self,
        corpus: Corpus,
        groups: npt.NDArray[np.int64],
        fractions: Mapping[str, float],
        seed: int,
        before: npt.NDArray[np.int64] | None = None,
    ) -> npt.NDArray[np.int64]:
        """Return the home of each row, [rows]: the place of its split in `fractions`.

        The order of the rows and the numbers of the groups do not matter, only who is in a group with whom.

        Args:
            corpus: the rows.
            groups: the number of each row's group, [rows]; rows of one group get one home.
            fractions: the share of each split, 0..1; they sum to 1. The first is the one to learn from.
            seed: decides which of several groups alike goes where.
            before: the home that each row already has, or `NEW`, [rows]; none of one group has two. It is kept,
                and the new rows are dealt so that all rows together come near to the fractions.
        """
        ...

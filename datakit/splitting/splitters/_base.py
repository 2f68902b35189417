"""What a splitter is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from datakit.core.corpus import Corpus


class Splitter(Protocol):
    """Assigns the rows of a corpus to splits. Its dataclass fields are its options."""

    def assign(self, corpus: Corpus, fractions: Mapping[str, float], seed: int) -> Mapping[str, Sequence[int]]:
        """Return the row indices of each split in `fractions` (which sum to 1); each row stands in one."""
        ...

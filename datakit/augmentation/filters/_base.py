"""What a filter is: one of three kinds, by what it needs to know."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from datakit.core.corpus import Splits
from datakit.core.near import UNSPACED


@runtime_checkable
class Filter(Protocol):
    """Judges a new text against the one it was made from, in the process that made it.

    One whose class sets `among_siblings` is also asked about each text already taken for the same row, in the
    source's place.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None to keep the candidate, else the reason for rejecting it, in a few words."""
        ...


class Pair(NamedTuple):
    """A row, and a new text made from it."""

    parent: str  # the row's id
    source: str
    candidate: str


@runtime_checkable
class BatchFilter(Protocol):
    """Judges many new texts at once, in the main process: what loads a model should load it once.

    It sees the texts of a round that every `Filter` kept.
    """

    def keep_many(self, pairs: Sequence[Pair]) -> Sequence[str | None]:
        """Return for each pair what `Filter.keep` would."""
        ...


@runtime_checkable
class LearningFilter(Protocol):
    """Looks at the rows first; what comes of it judges."""

    def fit(self, splits: Splits) -> Filter | BatchFilter:
        """Return the filter that judges new texts for these splits, in any order of their rows."""
        ...


AnyFilter: TypeAlias = Filter | BatchFilter | LearningFilter


# One candidate goes through all filters before the next one, and siblings share their source.
@lru_cache(maxsize=256)
def words(text: str) -> Sequence[str]:
    """Return the words of a text, case folded; of scripts without spaces between words, the characters."""
    folded = text.casefold()
    # Three times as quick, and the same.
    return folded.translate(_PLAIN).split() if text.isascii() and "'" not in text else _WORD.findall(folded)


_PLAIN = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}

_SINGLE = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)

_WORD = re.compile(rf"[{_SINGLE}]|[^\W{_SINGLE}]+(?:['\u2019][^\W{_SINGLE}]+)*")

"""The filter `repetition`: a text that stutters, or holds what only a decoder writes."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import eq

from datakit.augmentation.filters._base import words


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """Reject a text that says the same twice in a row where its source does not.

    What:
        Looks for up to five words, case folded, that directly follow themselves, other than in the source; and
        for the marks of an unknown or broken piece (`<unk>`, U+2047, U+2581, U+FFFD).

    Why:
        Generated text degenerates into repetition; an edit can meet its own synonym next door.

    Example:
        `a big big house` from `a large big house` is rejected.

    Fix:
        Keep it on. Where it rejects much, the model behind the operator decodes badly.

    Source:
        Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration"; CTranslate2 issue 1236. The marks
        are those of SentencePiece and of Unicode.
    """

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None unless the candidate repeats what the source does not, or holds debris."""
        repeated = _repeated(candidate)
        if repeated and (new := repeated - _repeated(source)):
            return "repeats a word" if min(map(len, new)) == 1 else "repeats a phrase"
        debris = next((mark for mark in _DEBRIS if mark in candidate and mark not in source), None)
        return None if debris is None else f"holds {debris!r}"


_LONGEST = 5  # words

_DEBRIS = ("<unk>", "\u2047", "\u2581", "\ufffd")


@lru_cache(maxsize=256)
def _repeated(text: str) -> frozenset[tuple[str, ...]]:
    row = words(text)
    found: set[tuple[str, ...]] = set()
    # What follows itself holds as many words that stood before.
    for n in range(1, min(_LONGEST, len(row) - len(set(row))) + 1):
        same = list(map(eq, row, islice(row, n, None)))
        if sum(same) >= n:
            found.update(tuple(row[i : i + n]) for i in range(len(same) - n + 1) if all(same[i : i + n]))
    return frozenset(found)

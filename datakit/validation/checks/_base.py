"""What a check is, and the words checks share."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Protocol, TypedDict

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding


class Check(Protocol):
    """Finds one kind of problem in labelled text. Its dataclass fields are its options.

    A check that sets `unusable` finds rows that nobody can learn from: they go to quarantine, and the other
    checks never see them.
    """

    unusable: ClassVar[bool] = False

    def find(self, splits: Splits) -> Iterator[Finding]:
        """Yield what is wrong, the weightiest first."""
        ...


class Rows(TypedDict):
    """Where in the data a finding stands; the keyword arguments of `Finding` that say so."""

    rows: tuple[str, ...]
    lines: tuple[int, ...]
    split: str | None


def located(corpus: Corpus, indices: Iterable[int], split: str | None) -> Rows:
    """Return the ids and lines of the rows at `indices`, ready to be passed on to `Finding`."""
    chosen = list(indices)
    lines = (corpus.lines[i] for i in chosen)
    return Rows(
        rows=tuple(corpus.ids[i] for i in chosen),
        lines=tuple(line for line in lines if line is not None),
        split=split,
    )


def share(part: int, whole: int) -> float:
    """Return part / whole, 0 for an empty whole, rounded to 4 digits as figures in findings are."""
    return round(part / whole, 4) if whole else 0.0


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return `1 row`, `2 rows`, `1,000 rows`."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"

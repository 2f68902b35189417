"""What reading gives: the corpus, the rows that could not be read, and how the source was understood."""

from dataclasses import dataclass

from datakit.core.corpus import Corpus
from datakit.core.quarantine import Reject


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of the source that was read."""

    name: str
    given: bool  #: False where the name was guessed


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which columns of the source were read as what."""

    text: Column
    label: Column
    id: Column | None  #: None where there is none: the rows are then known by their content

    @property
    def names(self) -> dict[str, str]:
        """Source column by role: `text`, `label` and, where there is one, `id`."""
        roles = {"text": self.text, "label": self.label, "id": self.id}
        return {role: column.name for role, column in roles.items() if column is not None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What became of a source: every row was either handed on or is in `rejects`."""

    rejects: tuple[Reject, ...]  #: by line
    columns: Columns
    notes: tuple[str, ...]  #: what was passed over or decided, e.g. `BOM removed`
    format: str  #: `jsonl`, `json`, `csv`, `tsv`, `parquet`, `datasets`, `pandas` or `rows`
    rows_seen: int  #: rows of the source, rejected ones included, blank lines not


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading(Account):
    """A source as read, in memory."""

    corpus: Corpus

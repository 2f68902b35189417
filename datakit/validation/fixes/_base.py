"""What a fix is, and what fixes share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar, Protocol, runtime_checkable

from datakit.core.corpus import Corpus
from datakit.core.quarantine import Reject
from datakit.validation.checks._base import RowCheck

Label = str | tuple[str, ...]  #: of a row; several where it is multi-label


class Action(StrEnum):
    """What is done to a row."""

    TEXT = "text"  #: it gets another text
    LABEL = "label"  #: it gets another label
    DROP = "drop"  #: it goes


class Step(IntEnum):
    """When a fix takes its turn. Fixes of one step follow each other by name.

    The fixes up to `CHARACTERS` repair texts, and are gone through again until none finds anything. Those after
    `UNUSABLE` see the rows that checks see: no row without a text or a label.
    """

    MARKUP = 1  #: `&acirc;&euro;` may be damage in disguise
    ENCODING = 2  #: the damage is undone by its control characters, too
    CHARACTERS = 3
    UNUSABLE = 4
    SPELLING = 5  #: two spellings of one label are no conflict
    CONFLICT = 6  #: which copy of a text stays is no way to choose its label
    COPIES = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a fix does to one row."""

    row: int  #: its index among the rows that the fix was given
    action: Action
    after: str | tuple[str, ...] | None = None  #: the new text or label; None for a row that goes
    because: str  #: why, as it is told in the log


class Fix(Protocol):
    """Mends what the check of its name finds. Its dataclass fields are its options.

    A second application, or the check after it, has nothing to say but about what nobody can mend.
    """

    step: ClassVar[Step]

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Yield what is to be changed, in row order, one change a row."""
        ...

    def discards(self, reject: Reject) -> bool:  # noqa: ARG002  (for fixes of records that could not be read)
        """Tell whether a record that could not be read is dropped."""
        return False


@runtime_checkable
class TextFix(Fix, Protocol):
    """A fix of single texts: those that a check of rows finds are written anew."""

    check: ClassVar[RowCheck]
    because: ClassVar[str]

    def mended(self, text: str) -> str:
        """Return the text without the fault, as far as it can be mended.

        It is called again with what it returned until that no longer changes.
        """
        ...

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Yield the texts that come out different."""
        for row in self.check.faulty(rows):
            after = settled(self, rows.texts[row])
            if after != rows.texts[row]:
                yield Change(row=row, action=Action.TEXT, after=after, because=self.because)


def settled(fix: TextFix, text: str) -> str:
    """Return the text mended until nothing more happens: `&amp;lt;` is `&lt;` first."""
    while (after := fix.mended(text)) != text:
        text = after
    return text


def drops(rows: Sequence[int], because: str) -> Iterator[Change]:
    """Yield that these rows go, all for one reason."""
    return (Change(row=row, action=Action.DROP, because=because) for row in rows)


def place_of(rows: Corpus, row: int) -> str:
    """Return where a row stands, as a person looks it up: its line, else its id."""
    line = rows.lines[row]
    return f"row {rows.ids[row]}" if line is None else f"line {line}"


def shown(label: Label) -> str:
    """Return a label as it stands in a reason."""
    return repr(label) if isinstance(label, str) else " + ".join(map(repr, label)) or "none"


def targets(rows: Corpus) -> list[Label]:
    """Return what each row is labelled with; of several labels the order does not count."""
    if rows.multi_label:
        return [tuple(sorted(labels)) for labels in rows.label_sets]
    return list(rows.labels)

"""From batches of rows to pieces of a corpus: one kind of label, one id a row."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from types import NoneType
from typing import Any

import numpy as np
from xxhash import xxh3_64_intdigest

from datakit.core.corpus import Corpus
from datakit.core.errors import InputError
from datakit.core.identity import ContentIds, Seen
from datakit.core.quarantine import Reject
from datakit.io.columns import absent
from datakit.io.problems import rejected, shortened, unreadable
from datakit.io.reading import Account, Reading
from datakit.io.rows import KINDS, Batch, Label, Rows

Take = Callable[[Corpus], object]


def scan(reopen: Callable[[], Rows], begin: Callable[[], Take]) -> Account:
    """Read a source once, in pieces, and hand each on; memory does not grow with the source.

    Which type the labels have, and whether the ids are unique, only the end of a source can tell. It is
    presumed from the beginning; where the end belies that, all is read anew with what is known then.

    Args:
        reopen: opens the source.
        begin: makes a new receiver, which gets every piece in turn; what an earlier one has got is void.

    Raises:
        InputError: no row can be read, or no row has the text or the label column.
    """
    presumed = _Presumed()
    while True:
        reading = _Pass(reopen(), presumed)
        take = begin()
        for corpus in reading.pieces():
            take(corpus)
        if reading.learnt == reading.presumed:
            return reading.account()
        presumed = reading.learnt


def assemble(reopen: Callable[[], Rows]) -> Reading:
    """Read a source as one corpus.

    Raises:
        InputError: as `scan`.
    """
    pieces: list[Corpus] = []

    def begin() -> Take:
        pieces.clear()
        return pieces.append

    account = scan(reopen, begin)
    told = {field.name: getattr(account, field.name) for field in fields(account)}
    return Reading(corpus=Corpus.join(pieces), **told)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Presumed:
    """What is taken for granted about a source before its end is known."""

    kind: type | None = None  # of the labels; None: the first batch that has any decides
    no_ids: str = ""  # why the id column, if there is one, holds no ids


class _Pass:
    """One reading of a source, and what it turned out to be."""

    def __init__(self, rows: Rows, presumed: _Presumed) -> None:
        self._rows = rows
        self.presumed = presumed
        self._no_ids = presumed.no_ids if rows.columns.id else "no id column"
        self._kinds: Counter[type] = Counter()
        self._rejects: list[Reject] = []
        self._odd: list[tuple[int, str | None, Label]] = []  # line, text, label of another type than most
        self._found: set[str] = set()
        self._blank = 0
        self._seen = Seen()
        self._content_ids = ContentIds()

    def pieces(self) -> Iterator[Corpus]:
        """Yield the rows that can be used, until it is plain that something else should have been presumed."""
        for batch in self._rows.batches:
            self._kinds.update(map(type, batch.label))
            self._rejects += batch.rejects
            self._found |= batch.found
            self._blank += batch.blank
            if self.presumed.kind is None:
                self.presumed = replace(self.presumed, kind=self._commonest())
            kept = self._of_one_kind(batch)
            self._look_at_ids(kept)
            if self.learnt.no_ids != self.presumed.no_ids:
                return
            if kept.line:
                yield self._corpus(kept)

    @property
    def learnt(self) -> _Presumed:
        """What should have been presumed, as far as the rows have been read."""
        return _Presumed(kind=self._commonest(), no_ids=self._no_ids if self._rows.columns.id else "")

    def account(self) -> Account:
        """Return what came of it.

        Raises:
            InputError: no row can be read, or no row has the text or the label column.
        """
        rows, read = self._rows, self._kinds.total()
        if not read and self._rejects:
            raise rejected(rows.where, self._rejects, f"no row could be read as {rows.format}: mend the file")
        if not read:
            raise unreadable(rows.where, "there are no rows", "give a file with at least one row")
        names = rows.columns.names
        if missing := [role for role in ("text", "label") if role not in self._found]:
            raise InputError(*(absent(role, names[role], rows.names, rows.where) for role in missing))
        rejects = sorted([*self._rejects, *self._mixed()], key=lambda reject: reject.line or 0)
        blank = [f"blank lines passed over: {self._blank}"] if self._blank else []
        ids = [f"ids from the rows' content: {self._no_ids}"] if self._no_ids and rows.columns.id else []
        return Account(
            rejects=tuple(rejects),
            columns=rows.columns,
            notes=(*rows.notes, *blank, *ids),
            format=rows.format,
            rows_seen=read + len(self._rejects),
        )

    def _commonest(self) -> type | None:
        """Return the type of most labels; of equally common ones the earliest in KINDS, whatever comes first."""
        kind = max(KINDS, key=lambda kind: self._kinds[kind] if kind is not NoneType else 0)
        return kind if self._kinds[kind] else None

    def _of_one_kind(self, batch: Batch) -> Batch:
        if set(map(type, batch.label)) <= {self.presumed.kind, NoneType}:
            return batch
        kept = [i for i, label in enumerate(batch.label) if type(label) in (self.presumed.kind, NoneType)]
        self._odd += [
            (batch.line[i], batch.text[i], label)
            for i, label in enumerate(batch.label)
            if type(label) not in (self.presumed.kind, NoneType)
        ]
        return replace(
            batch,
            line=[batch.line[i] for i in kept],
            text=[batch.text[i] for i in kept],
            label=[batch.label[i] for i in kept],
            id=None if batch.id is None else [batch.id[i] for i in kept],
        )

    def _mixed(self) -> Iterator[Reject]:
        lines = {line for line, _, _ in self._odd}
        raw = self._rows.raw(lines) if self._rows.raw and lines else {}
        most = KINDS[self.presumed.kind or NoneType].split()[-1]
        for line, text, label in self._odd:
            told = shortened(str(_label_text(label)))
            yield Reject(
                line=line,
                code="mixed-label-types",
                reason=f"the label {told} is {KINDS[type(label)]}; most are {most}s",
                raw=raw.get(line, repr({"text": text, "label": label})),
            )

    def _corpus(self, batch: Batch) -> Corpus:
        ids = self._content_ids if self._no_ids or batch.id is None else list(map(str, batch.id))
        line = batch.line if self._rows.has_lines else None
        if self.presumed.kind is list:
            return Corpus.from_columns(
                batch.text, None, labels=list(map(_label_set, batch.label)), id=ids, line=line
            )
        # Strings are the common case, and are taken as they are.
        labels: Any = batch.label if self.presumed.kind is str else list(map(_label_text, batch.label))
        return Corpus.from_columns(batch.text, labels, id=ids, line=line)

    def _look_at_ids(self, batch: Batch) -> None:
        if self._no_ids or batch.id is None:
            return
        name = self._rows.columns.names["id"]
        if not set(map(type, batch.id)) <= {str, int}:
            self._no_ids = f"column {name!r} is not a string or an integer in every row"
            return
        keys = (xxh3_64_intdigest(str(value).encode("utf-8", "surrogatepass")) for value in batch.id)
        if self._seen.add(np.fromiter(keys, np.uint64, len(batch.id))).any():
            self._no_ids = f"column {name!r} holds repeated ids"


def _label_text(label: Label) -> str | None:
    if isinstance(label, bool):
        return "true" if label else "false"
    return None if label is None else str(label)


def _label_set(label: Label) -> list[str] | None:
    return sorted({str(name) for name in label}) if isinstance(label, list) else None

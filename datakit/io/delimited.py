"""CSV and TSV: every record with the line it starts on, and no record swallowing its neighbours.

A quote that is never closed costs the line it stands on, not the rest of the file. Nothing is joined, cut or
repaired: a record that is not plainly one row of the file's columns is a reject.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Self

from datakit.core.errors import InputError
from datakit.core.quarantine import Reject
from datakit.io.columns import choose
from datakit.io.files import decoding, text_lines
from datakit.io.problems import LOOKED_AT, rejected, resembling, shortened, unreadable
from datakit.io.quoting import is_quoted
from datakit.io.reading import Columns
from datakit.io.rows import Batch, Rows
from datakit.io.source import Source

ROWS = 20_000  #: rows a batch
HEAD = 1_000  #: characters of a record too long that are kept

_UNDECODABLE = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of a byte; no text has these
Record = tuple[int, list[str], str]  #: line it starts on, fields, as found


def open_csv(path: Path, how: Source) -> Rows:
    """Open a file of comma-separated values, plain or gzip (RFC 4180; any line ends); or of semicolons."""
    return _open(path, how, "csv")


def open_tsv(path: Path, how: Source) -> Rows:
    r"""Open a file of tab-separated values, plain or gzip.

    Quotes are text, as the IANA registration of text/tab-separated-values has it, unless every field with a
    quote in it is a well-formed quoted field.
    """
    return _open(path, how, "tsv")


def _open(path: Path, how: Source, kind: str) -> Rows:
    most = how.max_line_bytes
    decoded = decoding(path, how.encoding, most)
    lines = partial(text_lines, path, decoded, most)
    # The record's own limit is ours to check; the module's limit on a field must only not come before it.
    csv.field_size_limit(max(csv.field_size_limit(), most + 1))
    quoted = kind == "csv" or is_quoted(lines(), most)
    delimiter = delimiter_of(kind, lines())
    records = read_records(Feed(lines(), most), delimiter, quoted=quoted)
    header = list(how.columns or _header(records, str(path)))
    names = _named(header)
    try:
        columns = choose(names, how, where=str(path))
    except InputError as error:
        cause = resembling(path, list(islice(lines(), LOOKED_AT)), f".{kind}")
        raise InputError(*cause, *error.problems) from error
    notes = [*decoded.notes]
    if not quoted:
        notes.append("quotes are read as text")
    if delimiter == ";":
        notes.append("semicolons stand between the fields")
    return Rows(
        where=str(path),
        format=kind,
        names=names,
        columns=columns,
        batches=_batches(records, header, columns),
        has_lines=True,
        notes=(*notes, *_nameless_note(header)),
    )


def delimiter_of(kind: str, lines: Iterator[str]) -> str:
    """Return what stands between the fields of a file, by its first line.

    A `.csv` has semicolons where a spreadsheet wrote it that has the comma for the decimal mark: cut by commas its
    first line is a single field, cut by semicolons it is several.
    """
    if kind == "tsv":
        return "\t"
    first = [next((line for line in lines if line.strip()), "")]
    try:
        commas, semicolons = (len(next(csv.reader(first, delimiter=mark))) for mark in ",;")
    except csv.Error:  # a bare carriage return; what is wrong is told when the line is read
        return ","
    return ";" if commas == 1 < semicolons else ","


def _named(header: Sequence[str]) -> list[str]:
    """Return the header without the nameless columns at its end.

    A spreadsheet that exports a record which is too wide pads the header and all other records to its width. A
    nameless column before the last name is a column like any other: row numbers, as a rule.
    """
    last = max((place for place, name in enumerate(header) if name.strip()), default=-1)
    return list(header[: last + 1])


def _nameless_note(header: Sequence[str]) -> tuple[str, ...]:
    nameless = len(header) - len(_named(header))
    if not nameless:
        return ()
    columns = "column has" if nameless == 1 else f"{nameless} columns have"
    return (f"the last {columns} no name: records that go on there are put aside",)


def _header(records: Iterator[Record | Reject | None], where: str) -> list[str]:
    for record in records:
        if isinstance(record, Reject):
            raise rejected(where, [record], "mend the header")
        if record:
            return record[1]
    raise unreadable(where, "there is no header", "give a file with at least one row")


def _batches(
    records: Iterator[Record | Reject | None], header: Sequence[str], columns: Columns
) -> Iterator[Batch]:
    places = {role: header.index(name) for role, name in columns.names.items()}
    named = len(_named(header))
    rows: list[Record] = []
    rejects: list[Reject] = []
    blank = 0
    for record in records:
        if record is None:
            blank += 1
        elif isinstance(record, Reject):
            rejects.append(record)
        elif len(record[1]) != len(header):
            rejects.append(_wrong_count(record, len(header)))
        elif any(map(str.strip, record[1][named:])):
            rejects.append(_spilled(record, named))
        else:
            rows.append(record)
        if len(rows) + len(rejects) == ROWS:
            yield _batch(rows, places, rejects, blank)
            rows, rejects, blank = [], [], 0
    yield _batch(rows, places, rejects, blank)


def _batch(rows: Sequence[Record], places: dict[str, int], rejects: Sequence[Reject], blank: int) -> Batch:
    values = {role: [fields[place] or None for _, fields, _ in rows] for role, place in places.items()}
    return Batch(
        line=[line for line, _, _ in rows],
        text=values["text"],
        label=values["label"],
        id=values.get("id"),
        rejects=rejects,
        blank=blank,
    )


def _wrong_count(record: Record, expected: int) -> Reject:
    line, fields, raw = record
    reason = f"the record has {len(fields)} fields, the file has {expected} columns"
    return Reject(line=line, code="wrong-field-count", reason=reason, raw=raw)


def _spilled(record: Record, named: int) -> Reject:
    line, fields, raw = record
    rest = shortened(" ".join(filter(None, fields[named:])))
    reason = (
        f"the record goes on in a column without a name, with {rest!r}: "
        "join that to the text, or name the column in the header"
    )
    return Reject(line=line, code="nameless-column", reason=reason, raw=raw)


class _TooLong(Exception):  # noqa: N818  (a signal between Feed and read_records, not an error of the program)
    """The record has grown beyond the limit."""


class Feed(Iterator[str]):
    """Lines for csv.reader, which remembers the current record's lines and can be handed them back."""

    def __init__(self, lines: Iterator[str], most: int) -> None:
        self._lines = lines
        self._most = most
        self._again: deque[str] = deque()
        self._size = 0
        self.record: list[str] = []
        self.line = 1  #: where the current record starts

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.record.append(line)
        self._size += len(line)
        if self._size > self._most + len("\r\n"):
            raise _TooLong
        return line

    def begin_record(self) -> None:
        """Take the next line for the first of a record."""
        self.line += len(self.record)
        self.record = []
        self._size = 0

    def give_back_all_but_first_line(self) -> None:
        """Hand the lines of the current record out again, but for its first."""
        self._again.extendleft(reversed(self.record[1:]))
        del self.record[1:]


def read_records(feed: Feed, delimiter: str, *, quoted: bool) -> Iterator[Record | Reject | None]:
    """Yield records, rejects for what is no record, and None for blank lines."""
    reader = csv.reader(
        feed,
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    while True:
        feed.begin_record()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            code, reason = _why(error, feed)
            feed.give_back_all_but_first_line()
            yield Reject(line=feed.line, code=code, reason=reason, raw=_printable(_as_found(feed)[:HEAD]))
        else:
            raw = _as_found(feed)
            if not raw.isascii() and _UNDECODABLE.search(raw):
                yield _undecodable(feed)
            else:
                yield (feed.line, fields, raw) if any(map(str.strip, fields)) else None


def _as_found(feed: Feed) -> str:
    return "".join(feed.record).rstrip("\r\n")


def _undecodable(feed: Feed) -> Reject:
    line, byte = next(
        (number, ord(found[0]) - 0xDC00)
        for number, text in enumerate(feed.record, start=feed.line)
        if (found := _UNDECODABLE.search(text))
    )
    reason = f"byte 0x{byte:02x} in line {line} is not UTF-8, as the rest of the file is"
    return Reject(line=feed.line, code="unreadable-line", reason=reason, raw=_printable(_as_found(feed)))


def _printable(raw: str) -> str:
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _why(error: Exception, feed: Feed) -> tuple[str, str]:
    if "unexpected end of data" in str(error) or (isinstance(error, _TooLong) and len(feed.record) > 1):
        return "unreadable-line", "a quote that opens in this line is never closed"
    if isinstance(error, _TooLong):
        return "line-too-long", "the line is longer than the limit"
    if "new-line character" in str(error):
        return "unreadable-line", "a carriage return stands outside quotes in the middle of the line"
    return "unreadable-line", f"not readable as CSV: {error}"

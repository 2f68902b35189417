"""A file written anew with some rows changed or left out, and all else as it was found.

Records that are not changed are copied byte for byte, blank lines and unreadable ones too. In a changed record
only the text or the label differs: in JSON Lines the other bytes stay, in CSV and TSV the other fields, in Parquet
the other columns and the schema. Text files come out as UTF-8 without a byte order mark.
"""

import csv
import gzip
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from datakit.io.delimited import Feed, delimiter_of, read_records
from datakit.io.encoding import Decoding
from datakit.io.files import decoding, guarded, is_utf8, opened, text_lines
from datakit.io.parquet import class_names
from datakit.io.problems import shortened, unreadable
from datakit.io.quoting import is_quoted
from datakit.io.reading import Account
from datakit.io.source import Source

Label = str | list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """What becomes of one row; what is None stays."""

    text: str | None = None
    label: Label | None = None
    drop: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """The new values by role."""
        values = {"text": self.text, "label": self.label}
        return {role: value for role, value in values.items() if value is not None}


Edits = Mapping[int, Edit]  #: by line or, where the source has no lines, row; from 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A source that is to be written anew."""

    path: Path
    how: Source  #: how it was read
    account: Account  #: what reading it gave
    edits: Edits


def rewrite(job: Job, target: Path) -> None:
    """Write the source anew to `target`, another path, which appears whole or not at all.

    A text file is packed if the name of `target` ends with `.gz`.

    Raises:
        InputError: the source is of a kind that cannot be rewritten, or its kind cannot hold a new value.
    """
    check_kind(job.path, job.account)
    with guarded(job.path, job.how.encoding), _replaced(target) as temporary:
        if job.account.format == "parquet":
            _write_parquet(job, temporary)
        else:
            with _sink(temporary, packed=target.suffix == ".gz") as sink:
                sink.writelines(_TEXT[job.account.format](job))


def check_kind(path: Path, account: Account) -> None:
    """See that a source is of a kind that can be rewritten.

    Raises:
        InputError: it is not; with the command that converts it.
    """
    if account.format in {*_TEXT, "parquet"}:
        return
    what, command, ending = _CONVERSIONS[account.format]
    command = command.format(source=str(path), target=path.stem + ending)
    raise unreadable(str(path), f"{what} cannot be written anew row by row", f"convert it: {command}")


# What each kind is called, and the command that writes its rows to a file with another ending.
_CONVERSIONS = {
    "json": (
        "a JSON array",
        'python -c "import json; [print(json.dumps(row)) for row in json.load(open({source!r}))]" > {target!r}',
        ".jsonl",
    ),
    "datasets": (
        "a folder saved by datasets",
        'python -c "import datasets; datasets.load_from_disk({source!r}).to_parquet({target!r})"',
        ".parquet",
    ),
}


@contextmanager
def _replaced(target: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of `target` once the block is done."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _sink(path: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    with path.open("wb") as file:
        if packed:
            # Without a time or a name in the header, equal rows give equal bytes.
            with gzip.GzipFile("", "wb", 6, file, mtime=0) as archive:
                yield cast("IO[bytes]", archive)
        else:
            yield file


def _lines(path: Path, how: Decoding, end: str = "\n") -> Iterator[str]:
    with opened(path) as file, TextIOWrapper(file, encoding=how.codec, errors=how.errors, newline=end) as text:
        yield from text


def _bytes(text: str) -> bytes:
    """Return text as UTF-8, and bytes that were none as they were found."""
    return text.encode("utf-8", "surrogateescape")


def _jsonl(job: Job) -> Iterator[bytes]:
    utf8 = is_utf8(job.how.encoding)
    how = Decoding(codec="utf-8", errors="surrogateescape") if utf8 else Decoding(codec=job.how.encoding)
    names = job.account.columns.names
    for number, line in enumerate(_lines(job.path, how), start=1):
        edit = job.edits.get(number)
        if edit is None:
            yield _bytes(line)
        elif not edit.drop:
            yield _bytes(_with_values(line, {names[role]: value for role, value in edit.values.items()}))


def _with_values(line: str, new: Mapping[str, Any]) -> str:
    """Return a line that holds one object, with other values for some of its keys."""
    pieces, written = [], 0
    for key, start, stop in _members(line):
        if key in new:
            old = json.loads(line[start:stop])
            # Escapes stay escapes.
            escaped = line[start:stop].isascii() and not str(old).isascii()
            pieces += [line[written:start], json.dumps(_like(old, new[key]), ensure_ascii=escaped)]
            written = stop
    return "".join([*pieces, line[written:]])


# Numbers stay strings: only their places matter, and Python refuses integers of over 4,300 digits.
_JSON = json.JSONDecoder(parse_int=str, parse_float=str)
_BETWEEN = re.compile(r"[ \t\r\n,:]*")


def _members(line: str) -> Iterator[tuple[str, int, int]]:
    """Yield the keys of the object in `line`, and where their values begin and end."""
    at = _after(line, line.index("{") + 1)
    while line[at] != "}":
        key, stop = _JSON.raw_decode(line, at)
        start = _after(line, stop)
        _, stop = _JSON.raw_decode(line, start)
        yield key, start, stop
        at = _after(line, stop)


def _after(line: str, at: int) -> int:
    """Return where the next key, value or brace begins."""
    return cast("re.Match[str]", _BETWEEN.match(line, at)).end()


def _like(old: Any, new: Any) -> Any:  # noqa: ANN401  (a text or a label, of any of JSON's types)
    """Return a new value in the type of the old one: a corpus holds labels as strings."""
    if isinstance(new, list):
        return [_like(next(iter(old), ""), name) for name in new]
    if isinstance(old, bool):
        return new == "true"
    return int(new) if isinstance(old, int) else new


def _delimited(job: Job) -> Iterator[bytes]:
    most = job.how.max_line_bytes
    decoded = decoding(job.path, job.how.encoding, most)
    heads = partial(text_lines, job.path, decoded, most)
    quoted = job.account.format == "csv" or is_quoted(heads(), most)
    csv.field_size_limit(max(csv.field_size_limit(), most + 1))
    delimiter = delimiter_of(job.account.format, heads())
    # The reader needs but the head of a line that is too long; here it is wanted whole.
    end = "\r" if next(heads(), "").endswith("\r") else "\n"
    feed = Feed(_lines(job.path, decoded, end), most)
    places: dict[str, int] = {}
    for record in read_records(feed, delimiter, quoted=quoted):
        raw = "".join(feed.record)
        edit = job.edits.get(feed.line)
        if not places and isinstance(record, tuple):
            header = list(job.how.columns or record[1])
            places = {role: header.index(name) for role, name in job.account.columns.names.items()}
        if edit is None:
            yield _bytes(raw)
        elif not edit.drop and isinstance(record, tuple):
            fields = record[1]
            for role, value in edit.values.items():
                fields[places[role]] = value
            yield _bytes(_joined(fields, delimiter, quoted=quoted) + raw[len(raw.rstrip("\r\n")) :])


def _joined(fields: Sequence[str], delimiter: str, *, quoted: bool) -> str:
    """Return a record without its line end.

    Raises:
        InputError: a field holds a tab or a line end, and there are no quotes to put around it.
    """
    record = StringIO(newline="")
    how: dict[str, Any] = {} if quoted else {"quoting": csv.QUOTE_NONE, "quotechar": None}
    try:
        csv.writer(record, delimiter=delimiter, lineterminator="\r\n", **how).writerow(fields)
    except csv.Error as error:
        raise unreadable(
            "TSV without quotes",
            f"it cannot hold a tab or a line end: {shortened(repr(fields))}",
            "save it as CSV",
        ) from error
    return record.getvalue().removesuffix("\r\n")


_TEXT: Mapping[str, Callable[[Job], Iterator[bytes]]] = {"jsonl": _jsonl, "csv": _delimited, "tsv": _delimited}


def _write_parquet(job: Job, path: Path) -> None:
    with pq.ParquetFile(job.path) as source:
        schema, groups = source.schema_arrow, source.metadata
        compression = groups.row_group(0).column(0).compression if groups.num_row_groups else "SNAPPY"
        kind = "none" if compression == "UNCOMPRESSED" else compression.lower()
        first = 1
        with pq.ParquetWriter(path, schema, compression=kind) as sink:
            for group in range(groups.num_row_groups):
                table = source.read_row_group(group)
                numbers = range(first, first + table.num_rows)
                sink.write_table(_with_columns(table, numbers, job))
                first = numbers.stop


def _with_columns(table: Any, numbers: range, job: Job) -> Any:  # noqa: ANN401  (pyarrow ships no types)
    """Return the rows of a table, numbered so, as they are to be."""
    edits = {number - numbers.start: job.edits[number] for number in numbers if number in job.edits}
    if not edits:
        return table
    names = job.account.columns.names
    for role in ("text", "label"):
        place = table.schema.get_field_index(names[role])
        field = table.schema.field(place)
        new = {row: edit.values[role] for row, edit in edits.items() if role in edit.values}
        if new:
            values = table.column(place).to_pylist()
            numbered = class_names(table.schema).get(field.name)
            for row, value in new.items():
                values[row] = _stored(values[row], value, numbered)
            table = table.set_column(place, field, pa.array(values, field.type))
    stays = [row not in edits or not edits[row].drop for row in range(table.num_rows)]
    return table.filter(pa.array(stays, pa.bool_()))


def _stored(old: Any, new: Any, class_names: Sequence[str] | None) -> Any:  # noqa: ANN401  (a cell of a table)
    if class_names is None:
        return _like(old, new)
    return [class_names.index(name) for name in new] if isinstance(new, list) else class_names.index(new)

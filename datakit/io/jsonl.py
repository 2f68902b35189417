"""JSON Lines: typed decoding in blocks, and line by line where a block holds anything unusual.

msgspec is quick and strict about types, but takes several objects on one line, objects over several lines,
and repeated keys; so a block is taken as decoded only where counting shows that each line is one object that
has each of its keys once.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from datakit.core.quarantine import Reject
from datakit.io.columns import choose
from datakit.io.files import bom_notes, utf8_blocks
from datakit.io.reading import Columns
from datakit.io.rows import KINDS, Batch, Rows, fault_of
from datakit.io.source import Source

SAMPLE = 1_000  #: lines whose keys are looked at to guess the columns
HEAD = 1_000  #: characters of a line too long that are kept

_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def open_jsonl(path: Path, how: Source) -> Rows:
    """Open a file of JSON Lines, plain or gzip."""
    blocks = partial(utf8_blocks, path, how.encoding, how.max_line_bytes)
    notes = bom_notes(path, how.encoding)
    first = next(blocks(), b"")
    names = key_names(first.split(b"\n", SAMPLE)[:SAMPLE])
    # Where no line is readable there is nothing to guess from, and the lines' own problems are to be told.
    columns = choose(names or ["text", "label"], how, where=str(path), sampled=True)
    return Rows(
        where=str(path),
        format="jsonl",
        names=names,
        columns=columns,
        batches=_batches(blocks(), LineDecoder(columns), how.max_line_bytes),
        has_lines=True,
        notes=notes,
        raw=lambda lines: _raw(blocks(), lines),
    )


def key_names(lines: Sequence[bytes]) -> list[str]:
    """Return the keys of the objects among `lines`, in the order of their first appearance."""
    names: dict[str, None] = {}
    for line in lines:
        try:
            value = msgspec.json.decode(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            names |= dict.fromkeys(value)
    return list(names)


class LineDecoder:
    """Decodes lines, each of which should be one object, into batches."""

    def __init__(self, columns: Columns) -> None:
        self.names = columns.names
        kinds: dict[str, Any] = {
            "text": str | None | UnsetType,
            "label": str | int | bool | list[str | int] | None | UnsetType,
            "id": Any,
        }
        fields = [
            (role, kinds[role], msgspec.field(default=UNSET, name=name)) for role, name in self.names.items()
        ]
        # gc=False: rows hold no cycles, and a million of them would be traversed again and again.
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(msgspec.defstruct("Row", fields, gc=False))
        self._keys = {role: json.dumps(name, ensure_ascii=False).encode() for role, name in self.names.items()}

    def block(self, block: bytes, first_line: int) -> Batch | None:
        """Return the rows of a block of lines, or None where any line needs a closer look."""
        lines = block.count(b"\n") + (not block.endswith(b"\n"))
        # Every line begins with { and ends with }, hence no object goes on over a line's end.
        if not block.startswith(b"{") or not _objects_meet_at_line_ends(block):
            return None
        try:
            if not block.isascii():
                block.decode()
            rows = self._decoder.decode_lines(block)
        except (ValueError, RecursionError):
            return None
        values = self._values(rows)
        if len(rows) != lines or not self._keys_once(block, values):
            return None
        return _batch(range(first_line, first_line + lines), values)

    def lines(self, lines: Sequence[bytes], numbers: Sequence[int], most: int) -> Batch:
        """Return the rows of `lines`, rejecting those that are not one object of the right types."""
        rows, kept, rejects, blank = [], [], [], 0
        for number, line in zip(numbers, lines, strict=True):
            if not line.strip():
                blank += 1
                continue
            row, fault = self._line(line, most)
            if fault:
                code, reason = fault
                raw = line[:HEAD] if len(line) > most else line
                rejects.append(
                    Reject(line=number, code=code, reason=reason, raw=raw.decode(errors="backslashreplace"))
                )
            else:
                rows.append(row)
                kept.append(number)
        return _batch(kept, self._values(rows), rejects, blank)

    def _line(self, line: bytes, most: int) -> tuple[Any, tuple[str, str] | None]:
        if len(line) > most:
            return None, ("line-too-long", f"the line is longer than {most} bytes")
        try:
            line.decode()
            row = self._decoder.decode(line)
            repeated = None if self._keys_once(line, self._values([row])) else self._repeated(line)
        except UnicodeDecodeError as error:
            return None, ("unreadable-line", f"byte {error.start}, 0x{line[error.start]:02x}, is not UTF-8")
        except msgspec.ValidationError as error:
            return None, self._wrong_type(line, error)
        except (ValueError, RecursionError) as error:
            return None, ("unreadable-line", _not_json(line, error))
        if repeated:
            return None, ("duplicate-key", f"the key {repeated!r} stands more than once in the object")
        return row, None

    def _values(self, rows: Sequence[Any]) -> dict[str, list[Any]]:
        """Return the rows as columns, by role; UNSET where a row lacks the key."""
        return {role: [getattr(row, role) for row in rows] for role in self.names}

    def _keys_once(self, block: bytes, values: Mapping[str, Sequence[Any]]) -> bool:
        """Tell whether each key occurs as often as rows have it; a nested key raises a false alarm."""
        return all(block.count(key) == _present(values[role]) for role, key in self._keys.items())

    def _repeated(self, line: bytes) -> str | None:
        # Numbers stay strings: only the keys matter, and Python refuses integers of over 4,300 digits.
        pairs = json.loads(line, object_pairs_hook=list, parse_int=str, parse_float=str)
        keys = [key for key, _ in pairs]
        return next((name for name in self.names.values() if keys.count(name) > 1), None)

    def _wrong_type(self, line: bytes, error: msgspec.ValidationError) -> tuple[str, str]:
        value = msgspec.json.decode(line)
        if not isinstance(value, dict):
            return "unreadable-line", f"the line is {KINDS[type(value)]}, not an object"
        fault = fault_of(value.get(self.names["text"]), value.get(self.names["label"]))
        return fault or ("unreadable-line", str(error))


def _objects_meet_at_line_ends(block: bytes) -> bool:
    """Tell whether each end of a line but the last lies between two objects; a third of the time of counting."""
    characters = np.frombuffer(block, np.uint8)
    ends = np.flatnonzero(characters[:-1] == ord("\n"))
    before = characters[ends - 1]
    before = np.where(before == ord("\r"), characters[ends - 2], before)
    return bool((before == ord("}")).all() and (characters[ends + 1] == ord("{")).all())


def _present(values: Sequence[Any]) -> int:
    kinds = set(map(type, values))
    return sum(value is not UNSET for value in values) if UnsetType in kinds else len(values)


def _batch(
    numbers: Sequence[int],
    values: Mapping[str, Sequence[Any]],
    rejects: Sequence[Reject] = (),
    blank: int = 0,
) -> Batch:
    columns = {role: _nulls_for_unset(column) for role, column in values.items()}
    return Batch(
        line=numbers,
        text=columns["text"],
        label=columns["label"],
        id=columns.get("id"),
        found={role for role, column in values.items() if _present(column)},
        rejects=rejects,
        blank=blank,
    )


def _nulls_for_unset(values: Sequence[Any]) -> Sequence[Any]:
    if UnsetType not in set(map(type, values)):
        return values
    return [None if value is UNSET else value for value in values]


def _batches(blocks: Iterator[bytes], decoder: LineDecoder, most: int) -> Iterator[Batch]:
    line = 1
    for block in blocks:
        batch = None if _has_long_line(block, most) else decoder.block(block, line)
        if batch is None:
            lines = [part.removesuffix(b"\r") for part in block.removesuffix(b"\n").split(b"\n")]
            batch = decoder.lines(lines, range(line, line + len(lines)), most)
        yield batch
        line += block.count(b"\n")


def _has_long_line(block: bytes, most: int) -> bool:
    """Tell whether any line is longer than `most` bytes, looking only at one line's end in `most` bytes."""
    end = -1
    while len(block) - end - 1 > most:
        following = block.rfind(b"\n", end + 1, end + most + 2)
        if following < 0:
            return True
        end = following
    return False


def _raw(blocks: Iterator[bytes], wanted: AbstractSet[int]) -> Mapping[int, str]:
    found: dict[int, str] = {}
    line = 1
    for block in blocks:
        count = block.count(b"\n")
        here = [number for number in wanted if line <= number <= line + count]
        if here:
            lines = block.split(b"\n")
            found |= {n: lines[n - line].removesuffix(b"\r").decode() for n in here if n - line < len(lines)}
        line += count
    return found


def _not_json(line: bytes, error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "not readable as JSON: nested too deeply"
    if lone := _LONE_SURROGATE.search(line):
        return f"not readable as JSON: a lone surrogate, {lone[0].decode()}, at byte {lone.start()}"
    if "trailing characters" in str(error):
        return "not readable as JSON: something follows the object"
    reason = str(error).removeprefix("JSON is malformed: ")
    named = next((word for word in ("NaN", "Infinity") if word.encode() in line), None)
    hint = f"; {named} is no JSON" if named else ""
    return f"not readable as JSON: {reason[:1].lower()}{reason[1:]}{hint}"

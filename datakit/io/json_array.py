"""JSON files that hold one array of objects; each object is read as a line of JSON Lines would be."""

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from datakit.io.columns import choose
from datakit.io.files import bom_notes, is_utf8, opened
from datakit.io.jsonl import SAMPLE, LineDecoder, key_names, open_jsonl
from datakit.io.problems import unreadable
from datakit.io.rows import Batch, Rows
from datakit.io.source import Source

ROWS = 10_000  #: rows a batch


def open_json(path: Path, how: Source) -> Rows:
    """Open a file of one JSON array, held in memory while it is read, or of JSON Lines.

    Raises:
        InputError: the array is no valid JSON, or no column can be chosen.
    """
    with opened(path) as file:
        # Without the NULs and marks of UTF-16, the first character is the same in every encoding.
        head = file.read(1 << 16).replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
        if not head.startswith(b"["):
            return open_jsonl(path, how)
        file.seek(0)
        content = file.read().removeprefix(BOM_UTF8)
    if not is_utf8(how.encoding):
        content = content.decode(how.encoding).encode()
    objects = _objects(content, path)
    names = key_names(objects[:SAMPLE])
    columns = choose(names or ["text", "label"], how, where=str(path), sampled=True)
    return Rows(
        where=str(path),
        format="json",
        names=names,
        columns=columns,
        batches=_batches(content, objects, LineDecoder(columns), how.max_line_bytes),
        has_lines=True,
        notes=bom_notes(path, how.encoding),
    )


def _objects(content: bytes, path: Path) -> Sequence[bytes]:
    """Return the bytes of each element of the array."""
    try:
        return [bytes(raw) for raw in msgspec.json.decode(content, type=list[msgspec.Raw])]
    except (ValueError, RecursionError) as error:
        raise unreadable(
            str(path), f"not readable as a JSON array: {error}", "mend the file, or save it as JSON Lines"
        ) from error


def _batches(content: bytes, objects: Sequence[bytes], decoder: LineDecoder, most: int) -> Iterator[Batch]:
    lines = list(_lines(content, objects))
    for start in range(0, len(objects), ROWS):
        yield decoder.lines(objects[start : start + ROWS], lines[start : start + ROWS], most)


def _lines(content: bytes, objects: Sequence[bytes]) -> Iterator[int]:
    """Yield the line that each object starts on."""
    line, end = 1, 0
    for raw in objects:
        start = content.index(raw, end)
        line += content.count(b"\n", end, start)
        yield line
        end = start + len(raw)
        line += raw.count(b"\n")

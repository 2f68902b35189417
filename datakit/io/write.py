"""A corpus as a file that others can read: equal rows, equal bytes, never half a file."""

import csv
import gzip
import re
from collections.abc import Callable, Mapping
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import Any

import pyarrow as pa

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.files import to_json_lines, write_atomically
from datakit.core.names import suggest

# OWASP, "CSV Injection": a spreadsheet runs a cell that begins so as a formula.
_FORMULA = re.compile(r"[=+\-@\t\r\0]")

_ALWAYS = ("id", "text", "label")
_PROVENANCE = ("parent", "op", "k", "edits")


def write(corpus: Corpus, path: str | PathLike[str]) -> int:
    r"""Write `corpus` to `path` in the format of its name: .jsonl, .jsonl.gz, .csv, .tsv or .parquet.

    JSON Lines and Parquet lose nothing of a text. CSV and TSV are for people: a cell that begins with
    `=`, `+`, `-`, `@`, tab, carriage return or NUL gets an apostrophe before it, lest a spreadsheet run it
    (source: OWASP, "CSV Injection"); a missing cell is an empty one. JSON Lines, CSV and TSV hold id, text
    and label, JSON Lines also where augmented rows come from; Parquet holds all columns.

    Returns:
        how many cells got an apostrophe: a reader of the file will find it there. None does but in CSV and TSV.

    Raises:
        UsageError: another ending.
    """
    path = Path(path)
    ending = "".join(path.suffixes[-2:] if path.suffix == ".gz" else path.suffixes[-1:]).lower()
    if ending not in WRITERS:
        raise UsageError(Problem(where=str(path), got=f"cannot write {ending!r}", fix=suggest(ending, WRITERS)))
    write_atomically(path, WRITERS[ending](corpus))
    if ending not in (".csv", ".tsv"):
        return 0
    return sum(_FORMULA.match(str(row[name])) is not None for row in corpus.rows() for name in _ALWAYS)


def _jsonl(corpus: Corpus) -> bytes:
    told = {name for name in _PROVENANCE if corpus.table[name].null_count < len(corpus)}
    names = [name for name in corpus.table.column_names if name in _ALWAYS or name in told]
    columns = corpus.table.select(names)
    return b"".join(to_json_lines(batch.to_pylist()) for batch in columns.to_batches(max_chunksize=10_000))


def _jsonl_gz(corpus: Corpus) -> bytes:
    # Without a time in the header, equal rows give equal bytes.
    return gzip.compress(_jsonl(corpus), compresslevel=6, mtime=0)


def _csv(corpus: Corpus) -> bytes:
    return _delimited(corpus, ",")


def _tsv(corpus: Corpus) -> bytes:
    return _delimited(corpus, "\t")


def _delimited(corpus: Corpus, delimiter: str) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(_ALWAYS)
    for row in corpus.rows():
        writer.writerow([_harmless(row[name]) for name in _ALWAYS])
    return text.getvalue().encode()


def _harmless(cell: Any) -> str:  # noqa: ANN401  (a cell of an Arrow table)
    text = "" if cell is None else str(cell)
    return f"'{text}" if _FORMULA.match(text) else text


def _parquet(corpus: Corpus) -> bytes:
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(corpus.table, sink, compression="zstd")
    return bytes(sink.getvalue())


WRITERS: Mapping[str, Callable[[Corpus], bytes]] = {
    ".jsonl": _jsonl,
    ".jsonl.gz": _jsonl_gz,
    ".csv": _csv,
    ".tsv": _tsv,
    ".parquet": _parquet,
}

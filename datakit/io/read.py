"""Labelled text from any source that datakit knows."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest
from datakit.io import assembly
from datakit.io.assembly import Take, assemble
from datakit.io.delimited import open_csv, open_tsv
from datakit.io.files import guarded, locate, unknown_ending
from datakit.io.frame import open_frame
from datakit.io.hub_dataset import open_dataset, open_folder
from datakit.io.json_array import open_json
from datakit.io.jsonl import open_jsonl
from datakit.io.parquet import open_parquet
from datakit.io.problems import rejected, unreadable
from datakit.io.reading import Account, Reading
from datakit.io.records import open_records
from datakit.io.rows import Rows
from datakit.io.source import Source

if TYPE_CHECKING:
    import pandas as pd

    AnySource = str | os.PathLike[str] | pd.DataFrame | Sequence[Mapping[str, Any]] | Any

READERS: Mapping[str, Callable[[Path, Source], Rows]] = {
    ".jsonl": open_jsonl,
    ".jsonl.gz": open_jsonl,
    ".ndjson": open_jsonl,
    ".ndjson.gz": open_jsonl,
    ".json": open_json,
    ".csv": open_csv,
    ".csv.gz": open_csv,
    ".tsv": open_tsv,
    ".tsv.gz": open_tsv,
    ".parquet": open_parquet,
}

_AS_GUESSED = Source()


def read(path: str | os.PathLike[str], how: Source = _AS_GUESSED) -> Reading:
    """Read a file, or a folder that `datasets` saved, by its name's ending.

    Rows that cannot be read without guessing are in the reading's `rejects`; a missing text or label is null.

    Raises:
        InputError: the source as a whole cannot be read, or not one of its rows.
    """
    path = Path(path)
    with guarded(path, how.encoding):
        locate(path, how.max_bytes)
        return assemble(partial(_open_path, path, how))


def scan(path: str | os.PathLike[str], how: Source, begin: Callable[[], Take]) -> Account:
    """Read a file, or a folder that `datasets` saved, in pieces; see `assembly.scan`.

    Raises:
        InputError: the source as a whole cannot be read, or not one of its rows.
    """
    path = Path(path)
    with guarded(path, how.encoding):
        locate(path, how.max_bytes)
        return assembly.scan(partial(_open_path, path, how), begin)


def load(source: "AnySource", **how: Any) -> Corpus:  # noqa: ANN401  (the fields of Source)
    """Return the labelled texts of a file, a DataFrame, a `datasets.Dataset`, or a list of mappings.

    Args:
        source: what to read.
        how: the fields of `Source`, e.g. `text_column="review"`.

    Raises:
        InputError: the source, or any row of it, cannot be read; the first 20 problems are told.
        UsageError: no such field, or a source of an unknown type.
    """
    known = [field.name for field in fields(Source)]
    if unknown := [name for name in how if name not in known]:
        raise UsageError(
            *(Problem(where="load", got=f"no option {name!r}", fix=suggest(name, known)) for name in unknown)
        )
    given = Source(**how)
    reading = (
        read(source, given) if isinstance(source, str | os.PathLike) else assemble(partial(_open, source, given))
    )
    if reading.rejects:
        raise rejected(str(source) if isinstance(source, str | os.PathLike) else "row", reading.rejects, _FIX)
    return reading.corpus


_FIX = "mend the row, or run `datakit validate`, which puts such rows aside and reads the others"


def _open_path(path: Path, how: Source) -> Rows:
    if path.is_dir():
        return open_folder(path, how)
    ending = "".join(path.suffixes[-2:] if path.suffix == ".gz" else path.suffixes[-1:]).lower()
    if ending not in READERS:
        raise unknown_ending(path, ending, READERS)
    if how.columns is not None and READERS[ending] not in (open_csv, open_tsv):
        raise unreadable(
            str(path),
            "--columns is for CSV and TSV files without a header",
            "say --text-column and --label-column",
        )
    return READERS[ending](path, how)


def _open(source: Any, how: Source) -> Rows:  # noqa: ANN401  (told apart by what they are)
    # By the module's name, so that neither library is imported for a file.
    library = type(source).__module__.partition(".")[0]
    if library == "pandas":
        return open_frame(source, how)
    if library == "datasets":
        return open_dataset(source, how)
    if isinstance(source, Sequence) and all(isinstance(row, Mapping) for row in source):
        return open_records(source, how)
    raise UsageError(
        Problem(
            where="load",
            got=f"a source of type {type(source).__name__}",
            fix="give a path, a pandas DataFrame, a datasets.Dataset, or a list of mappings",
        )
    )

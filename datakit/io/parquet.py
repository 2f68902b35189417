"""Parquet files, in batches."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from datakit.io.columns import choose
from datakit.io.files import ALWAYS_UNPACKED, EXPANSION, grown
from datakit.io.problems import unreadable
from datakit.io.reading import Columns
from datakit.io.rows import Batch, Rows, checked
from datakit.io.source import Source

ROWS = 10_000  #: rows a batch


def open_parquet(path: Path, how: Source) -> Rows:
    """Open a Parquet file.

    Labels that the `datasets` library stored as numbers (ClassLabel) come back as their names.

    Raises:
        InputError: it is no Parquet file, or no column can be chosen.
    """
    import pyarrow.parquet as pq

    try:
        found = pq.read_metadata(path)
        schema = found.schema.to_arrow_schema()
    except (pa.ArrowInvalid, OSError) as error:
        raise unreadable(
            str(path), f"not readable as Parquet: {error}", "write the file anew, or fetch it again"
        ) from error
    size = path.stat().st_size
    unpacked = sum(found.row_group(i).total_byte_size for i in range(found.num_row_groups))
    # A text that stands in all rows takes no room: so rows are counted too.
    if max(unpacked, found.num_rows) > max(ALWAYS_UNPACKED, EXPANSION * size):
        raise grown(path, size)
    columns = choose(schema.names, how, where=str(path))
    names = class_names(schema).get(columns.label.name)
    return Rows(
        where=str(path),
        format="parquet",
        names=schema.names,
        columns=columns,
        batches=batches(_tables(path, columns), columns, names),
        has_lines=False,
    )


def class_names(schema: pa.Schema) -> Mapping[str, Sequence[str]]:
    """Return the names behind numbered labels, by column, as `datasets` notes them in an Arrow schema."""
    info = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = info.get("info", {}).get("features", {})
    kinds = {name: kind.get("feature", kind) for name, kind in features.items()}  # a list of them has a feature
    return {name: kind["names"] for name, kind in kinds.items() if "names" in kind}


def batches(tables: Iterator[Any], columns: Columns, class_names: Sequence[str] | None) -> Iterator[Batch]:
    """Yield Arrow tables or record batches as batches of rows, numbered from 1."""
    row = 1
    for table in tables:
        values = {role: table.column(name).to_pylist() for role, name in columns.names.items()}
        if class_names:
            values["label"] = [_named(number, class_names) for number in values["label"]]
        numbers = range(row, row + table.num_rows)
        yield checked(numbers, values["text"], values["label"], values.get("id"))
        row += table.num_rows


def _named(number: int | list[int] | None, class_names: Sequence[str]) -> Any:  # noqa: ANN401  (a label)
    if isinstance(number, list):
        return [class_names[one] for one in number]
    # datasets writes -1 where a row has no label.
    return class_names[number] if number is not None and number >= 0 else None


def _tables(path: Path, columns: Columns) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=ROWS, columns=list(columns.names.values()))

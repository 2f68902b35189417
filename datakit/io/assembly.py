"""From batches of rows to a corpus: one kind of label, one id a row."""

from collections import Counter
from collections.abc import Iterator, Sequence
from types import NoneType
from typing import Any, overload

import pyarrow as pa
import pyarrow.compute as pc

from datakit.core.corpus import SCHEMA, Corpus, content_ids
from datakit.core.errors import InputError
from datakit.core.quarantine import Reject
from datakit.io.columns import absent
from datakit.io.problems import rejected, shortened, unreadable
from datakit.io.reading import Reading
from datakit.io.rows import KINDS, Batch, Label, Rows


def assemble(rows: Rows) -> Reading:
    """Read all batches into a corpus.

    Raises:
        InputError: no row can be read, no row has the text or the label column, or the labels are lists.
    """
    tables: list[pa.Table] = []
    kinds: list[type] = []
    rejects: list[Reject] = []
    found: set[str] = set()
    blank = 0
    for batch in rows.batches:
        tables.append(_table(batch))
        kinds += map(type, batch.label)
        rejects += batch.rejects
        found |= batch.found
        blank += batch.blank
    rows_seen = len(kinds) + len(rejects)
    _refuse_unreadable(rows, rejects, labelled=len(kinds) - kinds.count(NoneType), read=len(kinds))
    _refuse_absent(rows, found)

    table, odd = _with_one_kind_of_label(pa.concat_tables(tables), kinds, rows)
    ids, id_note = _ids(table, rows)
    return Reading(
        corpus=_corpus(table, ids, has_lines=rows.has_lines),
        rejects=tuple(sorted([*rejects, *odd], key=lambda reject: reject.line or 0)),
        columns=rows.columns,
        notes=(*rows.notes, *([f"blank lines passed over: {blank}"] if blank else []), id_note),
        format=rows.format,
        rows_seen=rows_seen,
    )


def _refuse_unreadable(rows: Rows, rejects: Sequence[Reject], *, labelled: int, read: int) -> None:
    if not labelled and any(reject.code == "list-label" for reject in rejects):
        raise unreadable(
            rows.where,
            f"the labels in column {rows.columns.label.name!r} are lists",
            "multi-label files are not supported yet by this version: keep one label a row",
        )
    if not read and rejects:
        raise rejected(rows.where, rejects, f"no row could be read as {rows.format}: mend the file")
    if not read:
        raise unreadable(rows.where, "there are no rows", "give a file with at least one row")


def _refuse_absent(rows: Rows, found: set[str]) -> None:
    names = rows.columns.names
    problems = [
        absent(role, names[role], rows.names, rows.where) for role in ("text", "label") if role not in found
    ]
    if problems:
        raise InputError(*problems)


def _table(batch: Batch) -> pa.Table:
    return pa.table(
        {
            "line": pa.array(batch.line, pa.int64()),
            "text": pa.array(batch.text, pa.string()),
            "label": pa.array(_label_texts(batch.label), pa.string()),
            "id": _id_texts(batch),
        }
    )


def _label_texts(labels: Sequence[Label]) -> Sequence[str | None]:
    if set(map(type, labels)) <= {str, NoneType}:
        return labels  # type: ignore[return-value]
    return [_label_text(label) for label in labels]


def _label_text(label: Label) -> str | None:
    if isinstance(label, bool):
        return "true" if label else "false"
    return None if label is None else str(label)


def _id_texts(batch: Batch) -> pa.Array:
    # One id of another type, or missing, leaves a null, and a null anywhere means content ids for all rows.
    if batch.id is None or not set(map(type, batch.id)) <= {str, int}:
        return pa.nulls(len(batch.text), pa.string())
    return pa.array([str(value) for value in batch.id], pa.string())


def _with_one_kind_of_label(table: pa.Table, kinds: Sequence[type], rows: Rows) -> tuple[pa.Table, list[Reject]]:
    """Keep the rows whose labels are of the commonest type, and those without a label; reject the others."""
    counts = Counter(kinds)
    counts.pop(NoneType, None)
    if len(counts) < 2:  # noqa: PLR2004  (one kind of label, or none)
        return table, []
    # Of equally common types the one earliest in KINDS wins, whatever the order of the rows.
    kept = max(KINDS, key=lambda kind: counts[kind])
    odd = [i for i, kind in enumerate(kinds) if kind not in (kept, NoneType)]
    taken = table.take(pa.array(odd, pa.int64()))
    lines = taken["line"].to_pylist()
    labels = taken["label"].to_pylist()
    raw = rows.raw(set(lines)) if rows.raw else dict(zip(lines, map(str, taken.to_pylist()), strict=True))
    rejects = [
        Reject(
            line=line,
            code="mixed-label-types",
            reason=f"the label {shortened(label)} is {KINDS[kinds[i]]}; most are {KINDS[kept].split()[-1]}s",
            raw=raw[line],
        )
        for i, line, label in zip(odd, lines, labels, strict=True)
    ]
    mask = pa.array([kind in (kept, NoneType) for kind in kinds], pa.bool_())
    return table.filter(mask), rejects


def _ids(table: pa.Table, rows: Rows) -> tuple[Any, str]:
    """Return the ids, as an Arrow column or a list, and a note on where they come from."""
    column = rows.columns.id
    if column is None:
        why = "no id column"
    elif table["id"].null_count:
        why = f"column {column.name!r} is not a string or an integer in every row"
    elif pc.count_distinct(table["id"]).as_py() < table.num_rows:
        why = f"column {column.name!r} holds repeated ids"
    else:
        return table["id"], f"ids from column {column.name!r}"
    return content_ids(_Values(table["text"]), _Values(table["label"])), f"ids from the rows' content: {why}"


def _corpus(table: pa.Table, ids: Any, *, has_lines: bool) -> Corpus:  # noqa: ANN401  (Arrow column or list)
    n = table.num_rows
    columns = {
        "id": ids if isinstance(ids, pa.ChunkedArray) else pa.array(ids, pa.string()),
        "text": table["text"],
        "label": table["label"],
        "line": table["line"] if has_lines else pa.nulls(n, pa.int64()),
    }
    columns |= {field.name: pa.nulls(n, field.type) for field in SCHEMA if field.name not in columns}
    return Corpus(pa.table(columns, schema=SCHEMA))


class _Values(Sequence[str | None]):
    """An Arrow column as a sequence that holds no more than one chunk's Python strings at a time."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        self._column = column

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, at: int) -> str | None: ...
    @overload
    def __getitem__(self, at: slice) -> list[str | None]: ...
    def __getitem__(self, at: Any) -> Any:
        return self._column[at].as_py() if isinstance(at, int) else self._column[at].to_pylist()

    def __iter__(self) -> Iterator[str | None]:
        for chunk in self._column.chunks:
            yield from chunk.to_pylist()

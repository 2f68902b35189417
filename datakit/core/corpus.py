"""Labelled texts as columns: a Corpus is one Arrow table, Splits are a few of them by name."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datakit.core.identity import ContentIds
from datakit.core.notebook import counts
from datakit.core.seeding import seed_for
from datakit.core.strings import encoded, integer_array, string_array
from datakit.core.text import keys_of, non_ascii, normalised_bytes

EDIT = pa.struct([("start", pa.int32()), ("stop", pa.int32()), ("text", pa.string())])

SCHEMA = pa.schema(
    [
        ("id", pa.string()),  # unique in the corpus
        ("text", pa.string()),  # as found in the source; null where the row has none
        ("label", pa.string()),  # null where the row has none, and in multi-label corpora
        ("labels", pa.list_(pa.string())),  # multi-label corpora only: all labels of the row, maybe none
        ("line", pa.int64()),  # line in the source file, from 1; null for rows that no file holds
        ("parent", pa.string()),  # augmented rows only: id of the row it was made from
        ("op", pa.string()),  # augmented rows only: the operator that made it
        ("k", pa.int32()),  # augmented rows only: its place in the operator's stream for the parent
        ("edits", pa.list_(EDIT)),  # augmented rows only: parent[start:stop] was replaced by text
    ]
)

_NO_ROWS = pa.Table.from_batches([], SCHEMA)  # `empty_table` imports pandas

SPLIT_NAMES = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Corpus:
    """Labelled texts, columnar and immutable. `table` has the columns of `SCHEMA`, one row a text."""

    table: pa.Table

    @classmethod
    def from_columns(
        cls,
        text: Sequence[str | None],
        label: Sequence[str | None] | None,
        *,
        labels: Sequence[Sequence[str] | None] | None = None,
        id: Sequence[str] | ContentIds | None = None,  # noqa: A002  (the column's name)
        line: Sequence[int | None] | None = None,
    ) -> Self:
        """Build a corpus from parallel columns, of which `label` or `labels` is given.

        Without `id`, a row is known by its content (`core.identity`); a `ContentIds` goes on counting where
        the rows before these left it.

        Raises:
            ValueError: the columns differ in length.
        """
        n = len(text)
        given = labels if label is None else label
        if given is None or len(given) != n:
            raise ValueError(f"{n} texts, but {len(given or ())} labels")
        as_bytes = encoded(text)
        not_ascii = non_ascii(as_bytes)
        exact = keys_of(_told_apart(text, as_bytes))
        columns: dict[str, Any] = {
            "id": _ids(id, exact, given),
            "text": string_array(text, as_bytes),
        }
        if line is not None:
            columns["line"] = (
                pa.array(line, pa.int64()) if None in line else integer_array(np.asarray(line, np.int64))
            )
        if label is not None:
            columns["label"] = string_array(label)
        if labels is not None:
            columns["labels"] = pa.array(labels, SCHEMA.field("labels").type)
        corpus = cls.from_arrays(columns)
        # What is at hand need not be made of the table again.
        corpus.__dict__.update(
            texts=list(text),
            labels=[None] * n if label is None else list(label),
            exact_keys=exact,
            normalised_bytes=normalised_bytes(as_bytes, not_ascii),
            non_ascii=not_ascii,
        )
        return corpus

    @classmethod
    def from_arrays(cls, columns: Mapping[str, Any]) -> Self:
        """Build a corpus from columns of `SCHEMA`, as arrays or as lists; absent columns are null."""
        n = len(columns["id"])
        absent = {field.name: pa.nulls(n, field.type) for field in SCHEMA if field.name not in columns}
        return cls(pa.table({**columns, **absent}, schema=SCHEMA))

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Build a corpus from mappings with the columns of `SCHEMA`; absent columns are null."""
        return cls(pa.Table.from_pylist(list(rows), schema=SCHEMA))

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"Corpus({len(self)} rows, labels: {dict(self.label_counts)})"

    def _repr_html_(self) -> str:
        return counts({"rows": self.label_counts})

    @cached_property
    def ids(self) -> list[str]:
        """Ids, in row order."""
        return self._list("id")

    @cached_property
    def texts(self) -> list[str]:
        """Texts, in row order."""
        return self._list("text")

    @cached_property
    def labels(self) -> list[str]:
        """Labels, in row order; of a multi-label corpus see `label_sets`."""
        return self._list("label")

    @property
    def multi_label(self) -> bool:
        """Tell whether a row may carry several labels, or none."""
        return bool(self.table["labels"].null_count < len(self))

    @cached_property
    def label_sets(self) -> list[tuple[str, ...]]:
        """All labels of each row, in row order; a row of a single-label corpus has one, or none if missing."""
        if self.multi_label:
            return [tuple(labels or ()) for labels in self._list("labels")]
        return [() if label is None else (label,) for label in self.labels]

    @cached_property
    def lines(self) -> list[int | None]:
        """Line numbers in the source, in row order."""
        return self._list("line")

    @cached_property
    def parents(self) -> list[str | None]:
        """For augmented rows the id of the row each was made from, else None; in row order."""
        return self._list("parent")

    @cached_property
    def normalised(self) -> list[str]:
        """Texts folded by `core.text.normalise`, in row order; a missing text is the empty one."""
        return [text.decode() for text in self.normalised_bytes]

    @cached_property
    def normalised_bytes(self) -> list[bytes]:
        """The same as UTF-8: enough to compare, to hash and to count."""
        return normalised_bytes(encoded(self.texts), self.non_ascii)

    @cached_property
    def non_ascii(self) -> list[int]:
        """Indices of the texts with a character beyond ASCII: all that most checks of characters need to read."""
        return non_ascii(encoded(self.texts))

    @cached_property
    def text_keys(self) -> npt.NDArray[np.uint64]:
        """A hash of each normalised text, [rows]: equal for equal texts."""
        return keys_of(self.normalised_bytes)

    @cached_property
    def exact_keys(self) -> npt.NDArray[np.uint64]:
        """A hash of each text as it is, [rows]; a missing one is not the empty one."""
        return keys_of(_told_apart(self.texts, encoded(self.texts)))

    @cached_property
    def label_counts(self) -> Mapping[str, int]:
        """Rows per label, the most frequent first, ties by name; missing labels are not counted."""
        counts = Counter(chain.from_iterable(self.label_sets))
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def take(self, indices: Sequence[int] | npt.NDArray[np.integer]) -> Self:
        """Return the rows at `indices`, in that order."""
        return type(self)(self.table.take(integer_array(np.asarray(indices, np.int64))))

    def sample(self, most: int, seed: int, use: str) -> Self:
        """Return at most `most` rows, drawn by their ids for a named use, in their order."""
        if len(self) <= most:
            return self
        draws = [seed_for(seed, use, id_) for id_ in self.ids]
        return self.take(np.sort(np.argsort(draws, kind="stable")[:most]))

    def without(self, indices: set[int]) -> Self:
        """Return all rows but those at `indices`."""
        return self.take([i for i in range(len(self)) if i not in indices])

    def extend(self, other: "Corpus") -> Self:
        """Return this corpus' rows followed by those of `other`."""
        return self.join([self, other])

    @classmethod
    def join(cls, corpora: Sequence["Corpus"]) -> Self:
        """Return the rows of all `corpora` as one."""
        return cls(pa.concat_tables([_NO_ROWS, *(c.table for c in corpora)]).combine_chunks())

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a mapping."""
        for batch in self.table.to_batches(max_chunksize=10_000):
            yield from batch.to_pylist()

    def batches(self, rows: int = 2_000) -> Iterator[Self]:
        """Yield the corpus in pieces of at most `rows` rows."""
        return (type(self)(self.table.slice(start, rows)) for start in range(0, len(self), rows))

    def save(self, path: Path) -> None:
        """Write the corpus as Parquet; the same rows give the same bytes."""
        with CorpusFile(path) as file:
            file.add(self)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        import pyarrow.parquet as pq

        return cls(pq.read_table(path, schema=SCHEMA))

    def _list(self, column: str) -> list[Any]:
        values: list[Any] = self.table.column(column).to_pylist()
        return values


def edits_array(edits: Sequence[Sequence[tuple[int, int, str]]]) -> pa.Array:
    """Return what stands in the column `edits` of rows, of each the start and stop in its parent and the text."""
    ends = np.cumsum([0, *map(len, edits)], dtype=np.int32)
    columns = list(zip(*chain.from_iterable(edits), strict=True)) or [()] * len(EDIT)
    fields = [pa.array(column, field.type) for column, field in zip(columns, EDIT, strict=True)]
    return pa.ListArray.from_arrays(ends, pa.StructArray.from_arrays(fields, fields=list(EDIT)))


def edits_of(row: Mapping[str, Any]) -> tuple[tuple[int, int, str], ...]:
    """Return what `Corpus.rows` tells of the edits of a row: start and stop in its parent, and the new text."""
    return tuple((edit["start"], edit["stop"], edit["text"]) for edit in row["edits"] or ())


def _told_apart(texts: Sequence[str | None], as_bytes: Sequence[bytes]) -> Iterable[bytes]:
    """Return the texts as UTF-8, a missing one as what is no UTF-8: it is another than the empty one."""
    if None not in texts:
        return as_bytes
    return [b"\xff" if text is None else one for text, one in zip(texts, as_bytes, strict=True)]


def _ids(
    given: Sequence[str] | ContentIds | None, text_hashes: npt.NDArray[np.uint64], labels: Sequence[Any]
) -> pa.Array:
    counter = ContentIds() if given is None else given
    return counter.of(text_hashes, labels) if isinstance(counter, ContentIds) else string_array(counter)


class CorpusFile:
    """Writes a corpus piece by piece as Parquet; the same rows give the same bytes, whatever the pieces."""

    ROWS = 50_000  #: rows of a group: what is held in memory before it is written

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd", compression_level=1)
        self._held: list[pa.Table] = []
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush(self._rows)
        self._writer.close()

    def add(self, corpus: Corpus) -> None:
        """Write the rows of `corpus` behind those written before."""
        self._held.append(corpus.table)
        self._rows += len(corpus)
        if self._rows >= self.ROWS:
            self._flush(self._rows - self._rows % self.ROWS)

    def _flush(self, rows: int) -> None:
        held = pa.concat_tables([_NO_ROWS, *self._held])
        self._writer.write_table(held.slice(0, rows).combine_chunks(), row_group_size=self.ROWS)
        self._held = [held.slice(rows)]
        self._rows -= rows


class Splits(Mapping[str, Corpus]):
    """Corpora by split: `train`, `validation`, `test`, in this order, as many as there are."""

    def __init__(self, corpora: Mapping[str, Corpus]) -> None:
        if unknown := corpora.keys() - set(SPLIT_NAMES):
            raise ValueError(f"unknown splits {sorted(unknown)}; known: {SPLIT_NAMES}")
        self._corpora = {name: corpora[name] for name in SPLIT_NAMES if name in corpora}

    def __getitem__(self, name: str) -> Corpus:
        return self._corpora[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._corpora)

    def __len__(self) -> int:
        return len(self._corpora)

    def __or__(self, other: Mapping[str, Corpus]) -> "Splits":
        return Splits({**self._corpora, **other})

    def __repr__(self) -> str:
        told = ", ".join(f"{name}: {len(corpus)} rows" for name, corpus in self.items())
        return f"{type(self).__name__}({told})"

    def _repr_html_(self) -> str:
        return counts({name: corpus.label_counts for name, corpus in self.items()})

    @property
    def train(self) -> Corpus:
        """The rows to learn from."""
        return self["train"]

    @property
    def validation(self) -> Corpus:
        """The rows to choose a checkpoint and a threshold by."""
        return self["validation"]

    @property
    def test(self) -> Corpus:
        """The rows to report figures on; nothing is ever chosen by them."""
        return self["test"]

    def save(self, folder: Path) -> None:
        """Write one Parquet file a split into `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, corpus in self.items():
            corpus.save(folder / f"{name}.parquet")

    @classmethod
    def open(cls, folder: Path) -> "Splits":
        """Read what `save` wrote."""
        paths = {name: folder / f"{name}.parquet" for name in SPLIT_NAMES}
        return cls({name: Corpus.open(path) for name, path in paths.items() if path.exists()})

"""Labelled texts as columns: a Corpus is one Arrow table, Splits are a few of them by name."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from datakit.core.text import normalise

EDIT = pa.struct([("start", pa.int32()), ("stop", pa.int32()), ("text", pa.string())])

SCHEMA = pa.schema(
    [
        ("id", pa.string()),  # unique in the corpus
        ("text", pa.string()),  # as found in the source; null where the row has none
        ("label", pa.string()),  # null where the row has none
        ("line", pa.int64()),  # line in the source file, from 1; null for rows that no file holds
        ("parent", pa.string()),  # augmented rows only: id of the row it was made from
        ("op", pa.string()),  # augmented rows only: the operator that made it
        ("k", pa.int32()),  # augmented rows only: its place in the operator's stream for the parent
        ("edits", pa.list_(EDIT)),  # augmented rows only: parent[start:stop] was replaced by text
    ]
)

SPLIT_NAMES = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Corpus:
    """Labelled texts, columnar and immutable. `table` has the columns of `SCHEMA`, one row a text."""

    table: pa.Table

    @classmethod
    def from_columns(
        cls,
        text: Sequence[str | None],
        label: Sequence[str | None],
        *,
        id: Sequence[str] | None = None,  # noqa: A002  (the column's name)
        line: Sequence[int | None] | None = None,
    ) -> Self:
        """Build a corpus from parallel columns.

        Without `id`, a row is known by the hash of its content, so that its identity survives a change of
        the rows' order; repeated content gets a counter.
        """
        n = len(text)
        columns: dict[str, Any] = {
            "id": pa.array(content_ids(text, label) if id is None else id, pa.string()),
            "text": pa.array(text, pa.string()),
            "label": pa.array(label, pa.string()),
            "line": pa.nulls(n, pa.int64()) if line is None else pa.array(line, pa.int64()),
        }
        columns |= {f.name: pa.nulls(n, f.type) for f in SCHEMA if f.name not in columns}
        return cls(pa.table(columns, schema=SCHEMA))

    @classmethod
    def from_rows(cls, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Build a corpus from mappings with the columns of `SCHEMA`; absent columns are null."""
        return cls(pa.Table.from_pylist(list(rows), schema=SCHEMA))

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"Corpus({len(self)} rows, labels: {dict(self.label_counts)})"

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
        """Labels, in row order."""
        return self._list("label")

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
        return [normalise(text or "") for text in self.texts]

    @cached_property
    def label_counts(self) -> Mapping[str, int]:
        """Rows per label, the most frequent first, ties by name; missing labels are not counted."""
        counts = Counter(label for label in self.labels if label is not None)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def take(self, indices: Sequence[int]) -> Self:
        """Return the rows at `indices`, in that order."""
        return type(self)(self.table.take(pa.array(indices, pa.int64())))

    def without(self, indices: set[int]) -> Self:
        """Return all rows but those at `indices`."""
        return self.take([i for i in range(len(self)) if i not in indices])

    def extend(self, other: "Corpus") -> Self:
        """Return this corpus' rows followed by those of `other`."""
        return type(self)(pa.concat_tables([self.table, other.table]).combine_chunks())

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield each row as a mapping."""
        for batch in self.table.to_batches(max_chunksize=10_000):
            yield from batch.to_pylist()

    def save(self, path: Path) -> None:
        """Write the corpus as Parquet; the same rows give the same bytes."""
        pq.write_table(self.table, path, compression="zstd")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        return cls(pq.read_table(path, schema=SCHEMA))

    def _list(self, column: str) -> list[Any]:
        values: list[Any] = self.table.column(column).to_pylist()
        return values


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


def content_ids(text: Sequence[str | None], label: Sequence[str | None]) -> list[str]:
    """Return one id a row: 16 hex digits of the content's SHA-256; `-2`, `-3`, … follow repeats."""
    seen: dict[str, int] = {}
    ids = []
    for content in zip(text, label, strict=True):
        # \x1f keeps the two apart, \x00 stands for null: neither is likely in a text, and a clash only counts.
        key = "\x1f".join("\x00" if part is None else part for part in content)
        digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        count = seen[digest] = seen.get(digest, 0) + 1
        ids.append(digest if count == 1 else f"{digest}-{count}")
    return ids

"""Which text stands in which split, kept in a file, so that a split survives the growth of the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datakit.core.corpus import SPLIT_NAMES, Corpus, Splits
from datakit.core.errors import InputError, Problem

SCHEMA = pa.schema([("text_key", pa.uint64()), ("split", pa.string())])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Assignment:
    """The split of each text. A text is known by its key (`core.text.keys_of`), whatever the row's id or label."""

    keys: npt.NDArray[np.uint64]  #: ascending, [texts]
    homes: npt.NDArray[np.int64]  #: place of the text's split in `SPLIT_NAMES`, [texts]

    @classmethod
    def of(cls, splits: Splits, before: Self | None = None) -> Self:
        """Return where the texts of `splits` stand, and where those of `before` stood that are not among them.

        So a text that is gone for a while comes back to where it was.
        """
        keys = np.concatenate([corpus.text_keys for corpus in splits.values()])
        homes = np.repeat([SPLIT_NAMES.index(name) for name in splits], [len(rows) for rows in splits.values()])
        if before is not None:
            keys, homes = np.concatenate([keys, before.keys]), np.concatenate([homes, before.homes])
        distinct, first = np.unique(keys, return_index=True)
        return cls(keys=distinct, homes=homes[first])

    def knows(self, corpus: Corpus) -> bool:
        """Tell whether any text of `corpus` stands in a split; an assignment of no texts knows all."""
        return not len(self.keys) or bool(np.isin(corpus.text_keys, self.keys).any())

    def homes_of(self, corpus: Corpus, names: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the place in `names` of the split of each row's text, -1 where it has none of these, [rows]."""
        if not len(self.keys):
            return np.full(len(corpus), -1)
        place = np.minimum(np.searchsorted(self.keys, corpus.text_keys), len(self.keys) - 1)
        home = np.where(self.keys[place] == corpus.text_keys, self.homes[place], -1)
        of_name = [names.index(name) if name in names else -1 for name in SPLIT_NAMES]
        return np.array([*of_name, -1])[home]

    def save(self, path: Path) -> None:
        """Write it as Parquet: the columns `text_key` and `split`. The same assignment gives the same bytes."""
        columns = {"text_key": self.keys, "split": np.array(SPLIT_NAMES)[self.homes]}
        pq.write_table(pa.table(columns, schema=SCHEMA), path, compression="zstd")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            InputError: no such file, or it holds something else.
        """
        try:
            table = pq.read_table(path, schema=SCHEMA)
            homes = pc.index_in(table["split"], value_set=pa.array(SPLIT_NAMES))
            if homes.null_count:
                raise pa.ArrowInvalid(f"a split that is none of {', '.join(SPLIT_NAMES)}")
        except (OSError, pa.ArrowException) as error:
            raise InputError(
                Problem(where=str(path), got=str(error), fix="give the assignment.parquet of an earlier split")
            ) from error
        keys = table["text_key"].to_numpy()
        order = np.argsort(keys)
        return cls(keys=keys[order], homes=homes.to_numpy().astype(np.int64)[order])

"""Which rows belong together: copies of a text, near-duplicates, augmented rows and what they were made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from datakit.core.corpus import Corpus
from datakit.core.near import Pairs, groups_of, near_texts

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Kinship:
    """What belongs together among the rows of some corpora, which are numbered one corpus after the other."""

    text: Ints  #: the number of each row's text, [rows]: equal for copies
    near: Ints  #: texts that are nearly the same, [2, pairs]
    family: Ints  #: texts of which one was made from the other, or both from a third, [2, pairs]

    @classmethod
    def of(cls, corpora: Sequence[Corpus], *, near: bool) -> Self:
        """Find out who belongs together.

        Args:
            corpora: the rows.
            near: look for near-duplicates too (`core.near`), which takes most of the time.
        """
        found = near_texts(corpora, near=near)
        pairs = np.stack([found.pairs.a, found.pairs.b])
        return cls(text=found.text, near=pairs, family=found.text[_siblings(corpora)])

    def beside(self, rows: Flags) -> Flags:
        """Tell which rows have the text of one of `rows`, or one linked to it directly, [rows]."""
        theirs = self.of_texts(rows)
        linked = theirs.copy()
        for a, b in (self.near, self.family):
            linked[a[theirs[b]]] = linked[b[theirs[a]]] = True
        return np.asarray(linked[self.text])

    def groups(self, rows: Flags) -> Ints:
        """Return a number for each row, [rows], the same for all that `rows` link together, over any of them."""
        present = self.of_texts(rows)
        links = np.concatenate([self.near, self.family], axis=1)
        a, b = links[:, present[links].all(axis=0)]
        pairs = Pairs(a=a, b=b, similarity=np.ones(len(a), np.float32))
        return np.asarray(groups_of(len(present), pairs)[self.text])

    def of_texts(self, rows: Flags) -> Flags:
        """Tell which texts are those of `rows`, [texts]."""
        present = np.zeros(self.text.max(initial=-1) + 1, bool)
        present[self.text[rows]] = True
        return present


def groups(corpus: Corpus, *, near: bool = True) -> Ints:
    """Return the number of each row's group, [rows]: copies, near-duplicates and what was made from them."""
    return Kinship.of([corpus], near=near).groups(np.ones(len(corpus), bool))


def _siblings(corpora: Sequence[Corpus]) -> Ints:
    """Return pairs of rows, [2, pairs]: a row that was made from another, and that one or a sibling."""
    table = pa.concat_tables([corpus.table.select(["id", "parent"]) for corpus in corpora]).combine_chunks()
    made = np.flatnonzero(table["parent"].is_valid().to_numpy())
    parents = table["parent"].drop_null().combine_chunks()
    parent = pc.index_in(parents, value_set=table["id"].combine_chunks()).fill_null(-1).to_numpy()
    sibling = made[pc.index_in(parents, value_set=parents).to_numpy()]
    return np.stack([made, np.where(parent < 0, sibling, parent)])

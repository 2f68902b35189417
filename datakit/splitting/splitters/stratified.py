"""Strata by label, groups whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from datakit.core.corpus import Corpus
from datakit.splitting.dealing import ALL, Ints, Kind, deal
from datakit.splitting.hashing import mixed
from datakit.splitting.splitters._base import NEW, Splitter


@dataclass(frozen=True, kw_only=True, slots=True)
class Stratified(Splitter):
    """Every label in its share in every split, every group of rows on one side.

    What:
        Groups that carry the same labels equally often are interchangeable. They are dealt out together, each
        split its share of them, so rounded that it makes up for what the split lacks of the label. The rarest
        label comes first, and of a label the largest groups: single rows of common labels level out the rest.
        A label with as many groups as splits stands in each; one with fewer stands in train first. A row may
        carry several labels or none. Rows that have a split already keep it.
    Why:
        A random split gives a rare label no test rows, and puts one copy of a text in train and the other in
        test. A new split of a file that has grown puts rows into test that a model has learnt from.
    Example:
        1,000 rows, 30 of them `refund`, 80/10/10: 24, 3 and 3 rows of `refund`.
    Fix:
        A label that is missing in a split has fewer different texts than there are splits: label more.
    Source:
        Iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011, "On the stratification of multi-label
        data"), of groups instead of rows, and of all that are alike at once. What scikit-learn's splitters and
        iterative-stratification do instead stands in benchmarks/results/split_speed.md.
    """

    def assign(
        self,
        corpus: Corpus,
        groups: Ints,
        fractions: Mapping[str, float],
        seed: int,
        before: Ints | None = None,
    ) -> Ints:
        """Return the home of each row, [rows], see `Splitter`."""
        if not len(corpus):
            return np.empty(0, np.int64)
        _, group, size = np.unique(groups, return_inverse=True, return_counts=True)
        home = np.full(len(size), NEW)
        if before is not None:
            np.maximum.at(home, group, before)
        row, label, labels = _labels_by_rarity(corpus)
        there = np.zeros((labels + 1, len(fractions) + 1), np.int64)  # the last column is that of NEW
        np.add.at(there, (label, home[group[row]]), 1)
        np.add.at(there[ALL], home[group], 1)

        key = np.full(len(size), np.iinfo(np.uint64).max)
        np.minimum.at(key, group, mixed(corpus.text_keys, seed, "split"))
        kind = _kinds(group[row], label, size)
        new = np.flatnonzero(home == NEW)
        order = new[np.lexsort((key[new], kind[new]))]
        starts = np.flatnonzero(np.diff(kind[order], prepend=~kind[order[:1]]))
        kinds = _described(order, starts, group[row], label, size)
        dealt = deal(kinds, np.array([*fractions.values()]), there[:, :-1])
        home[order] = np.repeat(np.tile(np.arange(len(fractions)), len(kinds)), dealt.ravel())
        return np.asarray(home[group])


def _labels_by_rarity(corpus: Corpus) -> tuple[Ints, Ints, int]:
    """Return each label of each row, as the row's and the label's number, and how many labels there are.

    The rarest label has number 0. Rows without a label carry one of their own: that of having none.
    """
    if corpus.multi_label:
        lists = corpus.table["labels"].combine_chunks()
        row, names = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
    else:
        row, names = np.arange(len(corpus)), corpus.table["label"].combine_chunks()
    coded = names.dictionary_encode()
    label = coded.indices.fill_null(NEW).to_numpy(zero_copy_only=False)
    row, label = row[label != NEW], label[label != NEW]
    bare = np.flatnonzero(np.bincount(row, minlength=len(corpus)) == 0)
    known = [*coded.dictionary.to_pylist(), ""]
    row, label = np.concatenate([row, bare]), np.concatenate([label, np.full(len(bare), len(known) - 1)])
    counts = np.bincount(label, minlength=len(known))
    by_rarity = sorted(range(len(known)), key=lambda number: (counts[number], known[number]))
    return row, np.argsort(by_rarity)[label], len(known)


def _kinds(group: Ints, label: Ints, size: Ints) -> npt.NDArray[np.uint64]:
    """Return a number for each group, [groups], the same for groups with the same labels equally often.

    It is a sum of random numbers (Zobrist 1970); two of a million kinds share one with a probability of 3e-8.
    """
    kind = mixed(size.astype(np.uint64), 0, "rows of a group")
    numbers = mixed(np.arange(label.max() + 1, dtype=np.uint64), 0, "label")
    np.add.at(kind, group, numbers[label])
    return kind


def _described(order: Ints, starts: Ints, group: Ints, label: Ints, size: Ints) -> list[Kind]:
    """Return the kinds of the groups in `order`, of which `starts` tells where each begins."""
    number = np.full(len(size), NEW)
    number[order[starts]] = np.arange(len(starts))
    shown = number[group] != NEW
    labels = int(label.max()) + 1
    pairs, rows = np.unique(number[group[shown]] * labels + label[shown], return_counts=True)
    bounds = np.searchsorted(pairs, np.arange(len(starts) + 1) * labels).tolist()
    alike = np.diff(starts, append=len(order)).tolist()
    return [
        Kind(
            groups=alike[i],
            labels=np.append(pairs[low:high] % labels, ALL),
            rows=np.append(rows[low:high], size[order[starts[i]]]),
        )
        for i, (low, high) in enumerate(pairwise(bounds))
    ]

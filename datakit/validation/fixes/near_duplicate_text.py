"""Drops texts that are nearly the same as an earlier one."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus
from datakit.core.near import near_pairs, near_texts
from datakit.validation.checks._near import CLOSE
from datakit.validation.fixes._base import Action, Change, Fix, Step, place_of, shown, targets

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class NearDuplicateText(Fix):
    """Drops the texts that are nearly the same as an earlier one that stays.

    What:
        Text by text in the order of the file, one goes if it is at least `threshold` similar to one that stays
        (`core.near`). So every row that goes has its double among those that stay: in a chain of texts each a
        little different from the last, not all but the first are lost. Copies of a text that stays are the
        matter of `duplicate-text`. What remains may be rewordings and templates, which the check tells of from a
        similarity of 0.65 on.
    Why:
        A text with a figure changed teaches nothing new, and weighs its label more than it deserves.
    Example:
        of `Win a 1000 pound prize, call now` and `Win a 2000 pound prize, call now` the first stays
    Fix:
        datakit clean --fix near-duplicate-text; look at the log before you use the file
    Source:
        Lee et al. 2022 (arXiv 2107.06499). From a similarity of 0.8 on, pairs of trec6, sms_spam and banking77
        are mostly real copies (the check of the same name).
    """

    step: ClassVar[Step] = Step.COPIES
    threshold: float = CLOSE  # least similarity, above 0, up to 1

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Yield the rows that go, with what they are nearly the same as."""
        left = np.arange(len(rows))
        gone: dict[int, tuple[int, float]] = {}  # row: the row that stays, and how similar it is
        # What is rare depends on what is there: with fewer texts two may be nearer than they were.
        while found := _later(rows.take(left), self.threshold):
            gone |= {int(left[row]): (int(left[kept]), nearness) for row, (kept, nearness) in found.items()}
            left = np.delete(left, list(found))
        labels = targets(rows)
        for row, (kept, nearness) in sorted(gone.items()):
            because = f"nearly the same as {place_of(rows, kept)} (similarity {nearness:.2f})"
            if labels[row] != labels[kept]:
                because += f", but labelled {shown(labels[row])}, not {shown(labels[kept])}"
            yield Change(row=row, action=Action.DROP, because=because)


def _later(rows: Corpus, threshold: float) -> dict[int, tuple[int, float]]:
    """Return the rows that are near an earlier one that stays, that one, and the similarity."""
    texts = near_texts([rows], near=False)
    pairs = near_pairs([rows.normalised[row] for row in texts.first.tolist()], threshold=threshold)
    one, other = texts.first[pairs.a], texts.first[pairs.b]
    earlier: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    for early, late, nearness in zip(
        np.minimum(one, other).tolist(), np.maximum(one, other).tolist(), pairs.similarity.tolist(), strict=True
    ):
        earlier[late].append((early, nearness))
    gone: dict[int, tuple[int, float]] = {}
    for late in sorted(earlier):
        staying = [(early, nearness) for early, nearness in earlier[late] if early not in gone]
        if staying:
            gone[late] = min(staying, key=lambda kept: (-kept[1], kept[0]))
    first_of = texts.first[texts.text]
    copies = np.flatnonzero(np.isin(first_of, list(gone))).tolist()
    return {row: gone[int(first_of[row])] for row in copies}

"""Decides on the label of texts that carry several."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from datakit.core.corpus import Corpus
from datakit.validation.fixes._base import Action, Change, Fix, Label, Step, shown, targets
from datakit.validation.survey import first_occurrence


@dataclass(frozen=True, kw_only=True, slots=True)
class ConflictingLabels(Fix):
    """Gives all rows of a text the label that most of them have, or drops them.

    What:
        Rows that are the same text (after Unicode NFKC, case folding and squeezing of white space) and carry
        different labels. By `majority` they all get the most frequent one; where two are equally frequent, all
        rows of the text go, for nobody knows. By `drop` all rows of every such text go. Several labels of a row
        count as one combination.
    Why:
        At most one of the labels can be learnt; the others keep the loss up and cap every metric.
    Example:
        `great` labelled `positive`, `positive` and `negative` becomes `positive` three times
    Fix:
        datakit clean --fix conflicting-labels --set conflicting-labels.by=drop
    Source:
        Majority vote, the usual way to join annotations (Snow et al. 2008, aclanthology.org/D08-1027).
    """

    step: ClassVar[Step] = Step.CONFLICT
    by: Literal["majority", "drop"] = "majority"  # what becomes of the rows of such a text

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Yield the rows that get another label, and those that go."""
        labels = targets(rows)
        first = first_occurrence(rows.text_keys)
        differs = [labels[row] != labels[kept] for row, kept in enumerate(first.tolist())]
        conflicting = np.flatnonzero(np.isin(first, first[differs])).tolist()
        counts: dict[int, Counter[Label]] = {}
        for row in conflicting:
            counts.setdefault(int(first[row]), Counter())[labels[row]] += 1
        for row in conflicting:
            change = self._decided(row, labels[row], counts[int(first[row])])
            if change is not None:
                yield change

    def _decided(self, row: int, label: Label, counts: Counter[Label]) -> Change | None:
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        told = "the text is labelled " + ", ".join(f"{shown(name)} {n} x" for name, n in ranked)
        (most, n), (_, second) = ranked[:2]
        if self.by == "drop" or n == second:
            return Change(row=row, action=Action.DROP, because=told)
        return None if label == most else Change(row=row, action=Action.LABEL, after=most, because=told)

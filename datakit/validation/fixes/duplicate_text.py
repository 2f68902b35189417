"""Drops later copies of a text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from datakit.core.corpus import Corpus
from datakit.validation.fixes._base import Action, Change, Fix, Step, place_of, shown, targets
from datakit.validation.survey import first_occurrence


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateText(Fix):
    """Drops the later copies of a text.

    What:
        Of rows with the same text the first stays. With `exact` only those go whose text is the same to the
        character; else also those that are equal after Unicode NFKC, case folding and squeezing of white space.
        Labels do not count: a copy with another label goes too, and the log names both labels. To let
        `conflicting-labels` decide on the label, ask for that fix as well; it comes first.
    Why:
        Copies weigh their label more than it deserves, and tie up a place in a training batch.
    Example:
        of `Call now!` and `call  NOW!` the first stays
    Fix:
        datakit clean --fix duplicate-text
    Source:
        Lee et al. 2022 (arXiv 2107.06499).
    """

    step: ClassVar[Step] = Step.COPIES
    exact: bool = False  # only copies to the character

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Yield every row whose text stood in an earlier one."""
        first = first_occurrence(rows.exact_keys if self.exact else rows.text_keys)
        labels = targets(rows)
        for row in np.flatnonzero(first != np.arange(len(rows))).tolist():
            kept = int(first[row])
            because = f"same text as {place_of(rows, kept)}"
            if labels[row] != labels[kept]:
                because += f", but labelled {shown(labels[row])}, not {shown(labels[kept])}"
            yield Change(row=row, action=Action.DROP, because=because)

"""Writes misspelt labels as they were meant."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Corpus
from datakit.validation.checks.misspelt_label import MIN_RATIO, misspellings
from datakit.validation.fixes._base import Change, Fix, Step
from datakit.validation.fixes._labels import respelt


@dataclass(frozen=True, kw_only=True, slots=True)
class MisspeltLabel(Fix):
    """Writes rare labels that are a letter or two away from a frequent one as that one.

    What:
        What the check of the same name takes for misspelt: `Offensve`, 4 times, beside `Offensive`, 606 times.
    Why:
        To a model it is a class of its own.
    Example:
        `Offensve` becomes `Offensive`
    Fix:
        datakit clean --fix misspelt-label, where all that the check names are slips
    Source:
        Damerau 1964, as the check of the same name has it.
    """

    step: ClassVar[Step] = Step.SPELLING

    min_ratio: float = MIN_RATIO  # rows of the frequent label to one of it

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Return the rows with a misspelt label."""
        return respelt(rows, misspellings(rows.label_counts, self.min_ratio), "a misspelling:")

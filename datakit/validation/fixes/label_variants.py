"""Writes every label in one way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Corpus
from datakit.validation.checks.label_variants import spellings
from datakit.validation.fixes._base import Change, Fix, Step
from datakit.validation.fixes._labels import respelt


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelVariants(Fix):
    """Writes labels that differ only in spelling in the most frequent way.

    What:
        What the check of the same name takes for one label: `Spam`, `spam ` and `SPAM`, `credit_card` and
        `credit card`, `1` and `1.0`. Of equally frequent spellings the first by name is taken.
    Why:
        To a model every spelling is a class of its own.
    Example:
        `spam ` becomes `spam`
    Fix:
        datakit clean --fix label-variants
    Source:
        OpenRefine's key-collision clustering.
    """

    step: ClassVar[Step] = Step.SPELLING

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Return the rows with a rarer spelling."""
        return respelt(rows, spellings(rows.label_counts), "the usual spelling of")

"""Drops rows without a label."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Corpus
from datakit.validation.checks import missing_label
from datakit.validation.fixes._base import Change, Fix, Step, drops


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingLabel(Fix):
    """Drops the rows whose label is missing, empty or nothing but white space.

    What:
        Rows that the check finds go. A row of a multi-label file whose list is empty stays: it has no label on
        purpose.
    Why:
        Common readers turn the missing label into a class called "nan".
    Example:
        `{"text": "see you at 5"}` goes
    Fix:
        datakit clean --fix missing-label
    Source:
        The check of the same name.
    """

    step: ClassVar[Step] = Step.UNUSABLE

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Yield the rows whose label is null or blank."""
        return drops(missing_label.MissingLabel().faulty(rows), "there is no label")

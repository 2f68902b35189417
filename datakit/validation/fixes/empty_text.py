"""Drops rows without a text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Corpus
from datakit.validation.checks import empty_text
from datakit.validation.fixes._base import Change, Fix, Step, drops


@dataclass(frozen=True, kw_only=True, slots=True)
class EmptyText(Fix):
    """Drops the rows whose text is missing, empty or nothing but white space.

    What:
        Rows that the check finds go; so do those whose text was nothing but markup or invisible characters, if
        the fixes for these are asked for too.
    Why:
        `validate` puts them in quarantine anyway. Dropped, they stay out of every other tool as well.
    Example:
        `{"text": "  ", "label": "spam"}` goes
    Fix:
        datakit clean --fix empty-text
    Source:
        The check of the same name.
    """

    step: ClassVar[Step] = Step.UNUSABLE

    def changes(self, rows: Corpus) -> Iterator[Change]:
        """Yield the rows without a visible character."""
        return drops(empty_text.EmptyText().faulty(rows), "there is no text")

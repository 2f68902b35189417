"""Rows without a text."""

from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Corpus
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck


@dataclass(frozen=True, kw_only=True, slots=True)
class EmptyText(RowCheck):
    """Rows whose text is missing, empty or nothing but white space.

    What:
        The text is null, absent, or blank after white space is removed.
    Why:
        A classifier reads it as `[CLS][SEP]` and learns the label's frequency from it, nothing else.
    Example:
        `{"text": "  ", "label": "spam"}`
    Fix:
        Find out why the text was lost upstream. The rows are put in quarantine; the run goes on without them.
    Source:
        Two peers stop at the first null text, and readers that cast turn it into the word "nan" or "None".
    """

    unusable: ClassVar[bool] = True
    fix: ClassVar[str] = "see why the text was lost upstream; the rows are in quarantine"

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows without a visible character."""
        return [i for i, text in enumerate(rows.normalised_bytes) if not text]

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'row has', 'rows have')} no text"

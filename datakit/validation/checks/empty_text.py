"""Rows without a text."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Splits
from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check, counted, located, share


@dataclass(frozen=True, kw_only=True, slots=True)
class EmptyText(Check):
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

    def find(self, splits: Splits) -> Iterator[Finding]:
        """Yield one finding for each split that holds such rows."""
        for name, corpus in splits.items():
            empty = [i for i, text in enumerate(corpus.texts) if text is None or not text.strip()]
            if empty:
                yield Finding(
                    code="empty-text",
                    severity=Severity.WARNING,
                    message=f"{counted(len(empty), 'row has', 'rows have')} no text",
                    fix="see why the text was lost upstream; the rows are in quarantine",
                    evidence={"rows": len(empty), "share": share(len(empty), len(corpus))},
                    **located(corpus, empty, name),
                )

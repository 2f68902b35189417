"""Rows without a label."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Splits
from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check, counted, located, share


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingLabel(Check):
    """Rows whose label is missing, empty or nothing but white space.

    What:
        The label is null, absent, or blank after white space is removed.
    Why:
        There is nothing to learn from such a row, and common readers turn it into a class called "nan".
    Example:
        `{"text": "see you at 5"}`
    Fix:
        Label the rows or drop them. They are put in quarantine; the run goes on without them.
    Source:
        The CrowdFlower product-emotion file, where 5,802 of 9,093 rows have an empty target.
    """

    unusable: ClassVar[bool] = True

    def find(self, splits: Splits) -> Iterator[Finding]:
        """Yield one finding for each split that holds such rows."""
        for name, corpus in splits.items():
            unlabelled = [i for i, label in enumerate(corpus.labels) if label is None or not label.strip()]
            if unlabelled:
                yield Finding(
                    code="missing-label",
                    severity=Severity.WARNING,
                    message=f"{counted(len(unlabelled), 'row has', 'rows have')} no label",
                    fix="label them or drop them; the rows are in quarantine",
                    evidence={"rows": len(unlabelled), "share": share(len(unlabelled), len(corpus))},
                    **located(corpus, unlabelled, name),
                )

"""Rows without a label."""

from dataclasses import dataclass
from typing import ClassVar

from datakit.core.corpus import Corpus
from datakit.core.wording import counted
from datakit.validation.checks._base import RowCheck


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingLabel(RowCheck):
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
    fix: ClassVar[str] = "label them or drop them; the rows are in quarantine"

    def faulty(self, rows: Corpus) -> list[int]:
        """Return the rows whose label is null or blank; of several labels none may be blank."""
        if rows.multi_label:
            missing = rows.table["labels"].is_null().to_pylist()
            return [i for i, names in enumerate(rows.label_sets) if missing[i] or not all(map(str.strip, names))]
        blank = {label for label in set(rows.labels) if label is None or not label.strip()}
        return [i for i, label in enumerate(rows.labels) if label in blank] if blank else []

    def message(self, n: int) -> str:
        """Count them."""
        return f"{counted(n, 'row has', 'rows have')} no label"

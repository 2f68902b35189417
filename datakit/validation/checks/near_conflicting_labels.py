"""Nearly the same text with different labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, share
from datakit.validation.checks._near import CLOSE, example, pairs_within
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class NearConflictingLabels(Check):
    """Texts of one split that differ by a word or so and carry different labels.

    What:
        Rows that are near-duplicates of one another (see `near-duplicate-text`) with different labels.
    Why:
        Either the word makes the difference, and the pair is the hardest and best of the training rows, or one
        of the labels is wrong.
    Example:
        `my card was swallowed` labelled `card_swallowed`, `my card is swallowed` labelled `lost_card`
    Fix:
        Read the pairs; correct the labels that are wrong.
    Source:
        Northcutt et al. 2021 (arXiv 2103.14749). The threshold is a convention: one row in a hundred.
    """

    deep: ClassVar[bool] = True
    ends: ClassVar[bool] = True
    warn_share: float = (
        0.01  # fraction of the rows, 0..1, in such a pair that is close, above which it is a warning
    )

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such texts."""
        for split, digest in survey.items():
            a, b, similarity = pairs_within(survey, split)
            differ = digest.targets[a] != digest.targets[b]
            a, b, similarity = a[differ], b[differ], similarity[differ]
            if not len(a):
                continue
            rows = np.union1d(a, b)
            close = similarity >= CLOSE
            closest = len(np.union1d(a[close], b[close]))
            part = share(closest, len(digest))
            yield Finding(
                code=self.code,
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(rows), 'row has', 'rows have')} another label than nearly the same text; "
                f"in {closest:,} ({percent(part)}) a word at most makes the difference",
                fix="read the pairs and correct the labels that are wrong",
                evidence={
                    "rows": len(rows),
                    "share": part,
                    "pairs": len(a),
                    "example": example(survey, split, a, b, similarity),
                },
                **digest.located(rows),
            )

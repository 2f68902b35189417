"""The same text more than once in one split."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, share
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicateText(Check):
    """Texts that occur more than once in one split.

    What:
        Two rows are the same text if they are equal after Unicode NFKC, case folding and squeezing of white
        space. The first occurrence is not counted, the later ones are.
    Why:
        Copies weigh their label more than it deserves, and a copy that falls into the test split is a right
        answer learnt by heart.
    Example:
        `Call now!` and `call  NOW!`
    Fix:
        Drop the copies, or keep them: `datakit split` puts all copies of a text on the same side.
    Source:
        Lee et al. 2022 (arXiv 2107.06499), on what duplicates do to training and evaluation.
    """

    warn_share: float = 0.01  # fraction of the rows, 0..1, above which copies are a warning, not a remark

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split that holds copies."""
        for digest in survey.values():
            copies = np.flatnonzero(digest.first_copy != np.arange(len(digest)))
            if not len(copies):
                continue
            part = share(len(copies), len(digest))
            yield Finding(
                code="duplicate-text",
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(copies), 'row repeats', 'rows repeat')} an earlier text ({percent(part)})",
                fix="datakit clean --fix duplicate-text, or leave them: split keeps copies on one side",
                evidence={"rows": len(copies), "share": part},
                **digest.located(copies),
            )

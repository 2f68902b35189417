"""Nearly the same text more than once in one split."""

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
class NearDuplicateText(Check):
    """Texts of one split that differ by a word or so.

    What:
        Rows whose text shares most of its rarer word pairs with that of another row of the split (`core.near`; a
        similarity of 0.65 finds 95% of the copies with one word replaced). Copies are another matter.
    Why:
        They weigh their label more than it deserves, and one that falls into the test split is an answer nearly
        learnt by heart.
    Example:
        `Win a 1000 pound prize, call now` and `Win a 2000 pound prize, call now`
    Fix:
        Nothing, if they are honest: `datakit split` keeps them on one side. Drop them if they are artefacts.
    Source:
        Lee et al. 2022 (arXiv 2107.06499). The threshold is measured: from a similarity of 0.8 on, pairs of
        trec6, sms_spam and banking77 are mostly real copies (1.0%, 3.1% and 3.8% of their texts), below it
        templates and rewordings, which are told but do not count for the warning.
    """

    deep: ClassVar[bool] = True
    ends: ClassVar[bool] = True
    warn_share: float = (
        0.04  # fraction of the rows, 0..1, with a close double before it, above which it is a warning
    )

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such texts."""
        for split, digest in survey.items():
            a, b, similarity = pairs_within(survey, split)
            if not len(a):
                continue
            rows = np.union1d(a, b)
            close = len(np.unique(b[similarity >= CLOSE]))
            part = share(close, len(digest))
            yield Finding(
                code=self.code,
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(rows), 'row is', 'rows are')} nearly the same as another; "
                f"{close:,} ({percent(part)}) differ from an earlier one by a word at most",
                fix="nothing, if they are honest: split keeps them on one side; else "
                "datakit clean --fix near-duplicate-text",
                evidence={
                    "rows": len(rows),
                    "share": part,
                    "close": close,
                    "example": example(survey, split, a, b, similarity),
                },
                **digest.located(rows),
            )

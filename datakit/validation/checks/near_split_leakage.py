"""Held-out texts that are nearly those of the rows to learn from."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, share
from datakit.validation.checks._near import CLOSE, links
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class NearSplitLeakage(Check):
    """Held-out texts that differ by a word or so from a text of a split before it.

    What:
        Rows of a split that are near-duplicates (see `near-duplicate-text`) of rows of a split before it (train,
        validation, test). Copies are told by `split-leakage`.
    Why:
        The model has nearly seen the answer: the figures are better than what users will get.
    Example:
        `When was Mozart born ?` in train, `When was Wolfgang Mozart born ?` in test
    Fix:
        `datakit split` takes such rows out of the training side and keeps the given test rows as they are.
    Source:
        Measured on official splits at a Jaccard similarity of 0.7 of character 4-grams: BANKING77 16.0%,
        CLINC150 9.2%, TREC 4.0%, GoEmotions 2.7%. The threshold for a warning is a convention.
    """

    deep: ClassVar[bool] = True
    ends: ClassVar[bool] = True
    warn_share: float = (
        0.02  # fraction of the held-out rows, 0..1, with a close double, above which it is a warning
    )

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each pair of splits that nearly share texts."""
        for seen, held_out in combinations(survey, 2):
            _, leaked, similarity = links(survey, seen, held_out)
            if not len(leaked):
                continue
            digest, rows = survey[held_out], np.unique(leaked)
            close = len(np.unique(leaked[similarity >= CLOSE]))
            part = share(close, len(digest))
            yield Finding(
                code=self.code,
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(rows), 'row')} of {held_out} nearly "
                f"{'stands' if len(rows) == 1 else 'stand'} in {seen}; "
                f"{close:,} ({percent(part)}) differ by a word at most",
                fix=f"datakit split takes their doubles out of {seen}",
                evidence={"rows": len(rows), "share": part, "close": close, "seen_in": seen},
                **digest.located(rows),
            )

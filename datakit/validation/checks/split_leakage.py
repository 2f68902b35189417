"""Texts that stand on both sides of a split."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, share
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitLeakage(Check):
    """Held-out texts that also stand in the rows to learn from.

    What:
        Texts of a split that occur, after Unicode NFKC, case folding and squeezing of white space, in a split
        before it (train, validation, test).
    Why:
        The model has seen the answer: the figures are better than what users will get.
    Example:
        TweetEval-hate: 231 of the 2,970 official test rows stand in its training split.
    Fix:
        `datakit split` takes such rows out of the training side and keeps the given test rows as they are.
    Source:
        Measured on the official splits of TREC (2.0% exact), TweetEval-hate (7.8%) and GoEmotions (0.7%).
    """

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each pair of splits that share texts."""
        for seen, held_out in combinations(survey, 2):
            digest = survey[held_out]
            leaked = np.flatnonzero(np.isin(digest.text_keys, survey[seen].text_keys))
            if len(leaked):
                yield Finding(
                    code="split-leakage",
                    severity=Severity.WARNING,
                    message=f"{counted(len(leaked), 'row')} of {held_out} also "
                    f"{'stands' if len(leaked) == 1 else 'stand'} in {seen}",
                    fix=f"datakit split takes them out of {seen}",
                    evidence={"rows": len(leaked), "share": share(len(leaked), len(digest)), "seen_in": seen},
                    **digest.located(leaked),
                )

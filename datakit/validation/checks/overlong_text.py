"""Texts far longer than the others."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, share
from datakit.validation.checks._lengths import Lengths
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class OverlongText(Check):
    """Texts far longer than the other texts of their split.

    What:
        Texts longer than Tukey's outer fence of the logarithms of all lengths, in words; in characters where no
        spaces part the words. Splits of fewer than 100 texts are not judged.
    Why:
        Several rows that ran together where a quote or a line end was lost, a whole document among sentences,
        or a passage over and over. One such row makes its whole batch as long as itself.
    Example:
        a message of 900 words among messages of 15
    Fix:
        Look at the source around the lines; cut or drop them.
    Source:
        Tukey 1977, Exploratory Data Analysis: beyond three interquartile ranges a value is far out. Logarithms,
        since lengths of texts are about log-normal. Of nine public data sets
        one has such texts: two rows of 3,080.
    """

    warn_share: float = 0.005  # fraction of a split's rows, 0..1, above which they are a warning, not a remark

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such texts."""
        for digest in survey.values():
            lengths = Lengths.of(digest)
            if lengths is None or not len(rows := np.flatnonzero(lengths.values > lengths.upper)):
                continue
            part, limit = share(len(rows), len(digest)), int(lengths.upper)
            yield Finding(
                code="overlong-text",
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(rows), 'text has', 'texts have')} more than {counted(limit, lengths.unit)} "
                f"({percent(part)}); the median is {lengths.median:,.0f}",
                fix="look at the source around these lines for rows that ran together; cut or drop them",
                evidence={
                    "rows": len(rows),
                    "share": part,
                    "unit": lengths.unit,
                    "limit": limit,
                    "median": lengths.median,
                    "longest": int(lengths.values.max()),
                },
                **digest.located(rows),
            )

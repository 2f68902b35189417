"""Texts far shorter than the others."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, share
from datakit.validation.checks._lengths import Lengths
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortText(Check):
    """Texts far shorter than the other texts of their split, or a heap of short texts of one length.

    What:
        Texts shorter than Tukey's outer fence of the logarithms of all lengths; and texts up to a length, at most
        half of the lower quartile, of which there are more than of the next longer one: by `warn_share` of all
        rows and far more than chance brings about. Lengths are in words; in characters where no spaces part the
        words. Splits of fewer than 100 texts are not judged.
    Why:
        Short messages are no fault, and their number grows steadily up to the usual length. Where many rows
        have two words and few have three, something cut them: a column that was too narrow, a title in the
        text's place, a lost quote.
    Example:
        160 rows of two words and 4 of three, where the median is ten
    Fix:
        Compare the rows with their source; drop them if the rest is lost.
    Source:
        Tukey 1977, Exploratory Data Analysis, for the fence: none of nine public data sets has a text below it.
        The heap is tested as the difference of two Poisson counts; in these data sets `z` is at most 3.2.
    """

    min_z: float = 5.0  # standard deviations by which a length must be more frequent than the next longer one
    warn_share: float = 0.005  # fraction of a split's rows, 0..1, above which they are a warning, not a remark

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such texts."""
        for digest in survey.values():
            lengths = Lengths.of(digest)
            if lengths is None:
                continue
            heap, excess = self._heap(lengths)
            limit = max(heap, int(np.ceil(lengths.lower)) - 1)
            rows = np.flatnonzero(lengths.values <= limit)
            if not len(rows):
                continue
            part = share(len(rows), len(digest))
            yield Finding(
                code="short-text",
                severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
                message=f"{counted(len(rows), 'text has', 'texts have')} at most {counted(limit, lengths.unit)} "
                f"({percent(part)}); the median is {lengths.median:,.0f}",
                fix="compare them with their source; drop them if the rest is lost",
                evidence={
                    "rows": len(rows),
                    "share": part,
                    "unit": lengths.unit,
                    "limit": limit,
                    "median": lengths.median,
                    "excess": excess,
                },
                **digest.located(rows),
            )

    def _heap(self, lengths: Lengths) -> tuple[int, int]:
        """Return the greatest short length that is too frequent, and by how many rows; else zeros.

        Short is half of the lower quartile: nearer to the usual lengths lie the humps of natural mixtures.
        """
        end = int(lengths.first_quartile / 2) + 2
        counts = np.bincount(lengths.values, minlength=end)[:end]
        excess = counts[:-1] - counts[1:]
        z = excess / np.sqrt(np.maximum(counts[:-1] + counts[1:], 1))
        heaps = np.flatnonzero((z > self.min_z) & (excess > self.warn_share * len(lengths.values)))
        return (int(heaps[-1]), int(excess[heaps[-1]])) if len(heaps) else (0, 0)

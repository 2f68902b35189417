"""Rows that stand in the order of their labels."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check
from datakit.validation.survey import Integers, Survey

_SURE = -3.3  #: standard errors; by chance undercut once in 2,000 times


@dataclass(frozen=True, kw_only=True, slots=True)
class SortedByLabel(Check):
    """Rows of a split that stand sorted, or in blocks, by label.

    What:
        Runs of rows with equal labels, counted and compared with the number that a random order would have:
        sortedness is the part of the changes of label that are missing (0: random, 1: one run a label).
    Why:
        Whoever takes the first or last tenth, as `validation_split` of Keras and many a script do, gets rows
        of one label; so does a batch, where nobody shuffles.
    Example:
        all `negative` rows, then all `positive` ones
    Fix:
        Shuffle the file. `datakit split` and the batches of `datakit finetune` do not depend on its order.
    Source:
        The runs test of Wald & Wolfowitz 1940 for several kinds (Barton & David 1957,
        doi 10.1093/biomet/44.1-2.168). The threshold is a convention: half of the changes are missing.
    """

    max_sortedness: float = 0.5  # part of the changes of label that are missing, 0..1

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split that is sorted; held-out splits may be, so there it is a remark."""
        for split, digest in survey.items():
            runs, expected, error = _runs(digest.targets)
            if error == 0 or (runs - expected) / error > _SURE:
                continue
            sortedness = (expected - runs) / (expected - 1)
            if sortedness > self.max_sortedness:
                yield Finding(
                    code=self.code,
                    severity=Severity.WARNING if split == "train" else Severity.INFO,
                    message=f"{split} stands in order of its labels: {runs:,} runs of rows with equal labels, "
                    f"{expected:,.0f} in a random order",
                    fix="shuffle the file before anyone takes its head or its tail; datakit itself need not mind",
                    evidence={"runs": runs, "expected": round(expected), "sortedness": round(sortedness, 4)},
                    split=split,
                )


def _runs(targets: Integers) -> tuple[int, float, float]:
    """Return the runs of equal targets, their expected number in a random order, and its standard error."""
    n = float(len(targets))
    if n < 2:  # noqa: PLR2004  (one row has no order)
        return int(n), n, 0.0
    sizes = np.bincount(targets).astype(float)
    squares, cubes = float((sizes**2).sum()), float((sizes**3).sum())
    variance = (squares * (squares + n * (n + 1)) - 2 * n * cubes - n**3) / (n**2 * (n - 1))
    return 1 + int((targets[1:] != targets[:-1]).sum()), n + 1 - squares / n, max(variance, 0.0) ** 0.5

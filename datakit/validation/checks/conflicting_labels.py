"""The same text with different labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, share, shortened
from datakit.validation.survey import Digest, Integers, Survey, conflicting


@dataclass(frozen=True, kw_only=True, slots=True)
class ConflictingLabels(Check):
    """Texts that occur with more than one label in one split.

    What:
        Rows that are the same text (after Unicode NFKC, case folding and squeezing of white space) and carry
        different labels.
    Why:
        At most one of the labels can be learnt; the others are noise that keeps the loss up and caps every
        metric.
    Example:
        `great` labelled `positive` in line 3 and `negative` in line 9
    Fix:
        Decide which label is right, or drop the text.
    Source:
        Northcutt et al. 2021 (arXiv 2103.14749): label errors in ten widely used test sets.
    """

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split that holds such texts."""
        for digest in survey.values():
            rows = conflicting(digest)
            if not len(rows):
                continue
            texts = len(np.unique(digest.first_copy[rows]))
            part = share(len(rows), len(digest))
            yield Finding(
                code="conflicting-labels",
                severity=Severity.WARNING,
                message=f"{counted(texts, 'text carries', 'texts carry')} more than one label "
                f"({counted(len(rows), 'row')})",
                fix="decide which label is right, or datakit clean --fix conflicting-labels",
                evidence={"texts": texts, "rows": len(rows), "share": part, "example": _example(digest, rows)},
                **digest.located(rows),
            )


def _example(digest: Digest, rows: Integers) -> dict[str, Any]:
    first = np.flatnonzero(digest.first_copy == rows[0])
    names = {" + ".join(digest.target_sets[target]) for target in digest.targets[first]}
    return {"text": shortened(digest.text_of(int(rows[0])) or ""), "labels": sorted(names)}

"""The same text with different labels."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from datakit.core.corpus import Splits
from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check, counted, located, share


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

    def find(self, splits: Splits) -> Iterator[Finding]:
        """Yield one finding for each split that holds such texts."""
        for name, corpus in splits.items():
            rows_of: dict[str, list[int]] = defaultdict(list)
            for i, text in enumerate(corpus.normalised):
                rows_of[text].append(i)
            conflicts = [rows for rows in rows_of.values() if len({corpus.labels[i] for i in rows}) > 1]
            if not conflicts:
                continue
            indices = sorted(i for rows in conflicts for i in rows)
            first = conflicts[0]
            yield Finding(
                code="conflicting-labels",
                severity=Severity.WARNING,
                message=f"{counted(len(conflicts), 'text carries', 'texts carry')} more than one label "
                f"({counted(len(indices), 'row')})",
                fix="decide which label is right, or drop the text",
                evidence={
                    "texts": len(conflicts),
                    "rows": len(indices),
                    "share": share(len(indices), len(corpus)),
                    "example": {
                        "text": corpus.texts[first[0]][:200],
                        "labels": sorted({corpus.labels[i] for i in first}),
                    },
                },
                **located(corpus, indices, name),
            )

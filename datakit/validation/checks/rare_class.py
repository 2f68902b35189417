"""Classes with too few rows to be split and measured."""

from collections.abc import Iterator
from dataclasses import dataclass

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class RareClass(Check):
    """Classes with fewer rows than a split into train, validation and test needs.

    What:
        Classes with fewer rows to learn from than `min_rows`. Where a row may have several labels, those that
        fewer rows carry.
    Why:
        With 30 rows and a tenth of them for the test, three test rows decide the class's figures: one error
        moves its recall by 33 points. Below 3 rows it cannot stand in every split at all.
    Example:
        a class `refund` with 4 rows among 5,000
    Fix:
        Label more rows of it, merge it into a neighbour, or drop it. Augmentation adds training rows but no
        evidence.
    Source:
        Tunstall et al. 2022 (arXiv 2209.11055): with 8 rows a class a fine-tuned encoder loses to a linear
        probe, with 64 it wins. 30 is the least that leaves 3 rows for each held-out tenth.
    """

    min_rows: int = 30  # rows per class

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield at most one finding, about the training split."""
        counts = survey.train.label_counts if "train" in survey else {}
        rare = {label: n for label, n in counts.items() if n < self.min_rows}
        if rare:
            shown = ", ".join(f"{label} ({n})" for label, n in list(rare.items())[-5:])
            rows = survey.train.rows_with(rare)
            yield Finding(
                code=self.code,
                severity=Severity.WARNING,
                message=f"{counted(len(rare), 'class has', 'classes have')} fewer than {self.min_rows} rows: "
                + shown,
                fix="label more rows of it, merge it into a neighbour, or drop it",
                evidence={"classes": rare, "min_rows": self.min_rows, "rows": len(rows)},
                **survey.train.located(rows),
            )

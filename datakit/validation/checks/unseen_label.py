"""Labels that are asked for but never taught."""

from collections.abc import Iterator
from dataclasses import dataclass

from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class UnseenLabel(Check):
    """Labels of a held-out split that no training row carries.

    What:
        Labels of `validation` or `test` that do not occur in `train`.
    Why:
        The model has no output for them: every such row is an error by construction. Most often the label
        maps of two files differ, and all figures are meaningless.
    Example:
        train has `0` and `1`, the test file has `ham` and `spam`
    Fix:
        Bring the files to the same label names, or drop the rows.
    Source:
        A shifted label map: validation accuracy .03 beside a training accuracy of .98 in our fault runs.
    """

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each held-out split with such labels."""
        known = survey.train.label_counts.keys() if "train" in survey else set()
        for digest in survey.held_out:
            unseen = [label for label in digest.label_counts if label not in known]
            if unseen:
                rows = digest.rows_with(unseen)
                yield Finding(
                    code="unseen-label",
                    severity=Severity.ERROR,
                    message=f"{digest.split} has labels that train lacks: {', '.join(map(repr, unseen[:5]))}",
                    fix="bring the files to the same label names, or drop the rows",
                    evidence={"labels": unseen, "rows": len(rows), "known": sorted(known)[:50]},
                    **digest.located(rows),
                )

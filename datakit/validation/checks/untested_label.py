"""Labels that are taught but never asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from datakit.core.findings import Finding, Severity
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, share
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class UntestedLabel(Check):
    """Labels of the training rows that a held-out split lacks.

    What:
        Labels that occur in `train` but not in a `validation` or `test` split that was given.
    Why:
        Nobody will know whether the model can tell them. A label that only one file has is often a slip, too:
        a placeholder, or a class of an older guideline.
    Example:
        54 rows of train are `Misc`, none of test
    Fix:
        Hold out rows of them, or drop the label; without a test file `datakit split` puts every class on
        every side.
    Source:
        scikit-learn's `recall_score`: a label without true rows has no recall (`zero_division`).
    """

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each held-out split that lacks labels; its rows are those of train."""
        taught = survey.train.label_counts if "train" in survey else {}
        for digest in survey.held_out:
            untested = {label: n for label, n in taught.items() if label not in digest.label_counts}
            if not untested or not len(digest):
                continue
            rows = survey.train.rows_with(untested)
            shown = ", ".join(f"{label!r} ({n:,})" for label, n in list(untested.items())[:5])
            yield Finding(
                code=self.code,
                severity=Severity.WARNING,
                message=f"{digest.split} lacks {counted(len(untested), 'label')} of train: {shown}",
                fix=f"hold out rows of {'it' if len(untested) == 1 else 'them'} for {digest.split}, "
                "or drop what nobody needs",
                evidence={
                    "labels": untested,
                    "missing_from": digest.split,
                    "rows": len(rows),
                    "share": share(len(rows), len(survey.train)),
                },
                **survey.train.located(rows),
            )

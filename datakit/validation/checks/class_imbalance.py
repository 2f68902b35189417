"""One class far more frequent than another."""

from collections.abc import Iterator
from dataclasses import dataclass

from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check, share
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassImbalance(Check):
    """The most frequent class outnumbers the rarest by more than a tolerable ratio.

    What:
        Rows of the largest class divided by rows of the smallest, in the rows to learn from.
    Why:
        A model that answers with the most frequent class alone already has a good loss and a fine accuracy;
        with a low learning rate it stays there.
    Example:
        900 `ham`, 100 `spam`: always answering `ham` is 90% accurate and useless.
    Fix:
        `datakit augment --target balanced`; fine-tuning weighs the classes by default. Judge by macro-F1,
        not by accuracy.
    Source:
        Johnson & Khoshgoftaar 2019 (doi 10.1186/s40537-019-0192-5): a survey of deep learning under class
        imbalance. The threshold is a convention; at 9:1 a fine-tuned encoder was seen to collapse to one
        class within three epochs (macro-F1 .34), with class weights it was not (.66).
    """

    max_ratio: float = 3.0  # largest class / smallest class

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield at most one finding, about the training split."""
        counts = survey.train.label_counts if "train" in survey else {}
        if len(counts) < 2:  # noqa: PLR2004  (one class alone is no imbalance)
            return
        (largest, most), (smallest, fewest) = next(iter(counts.items())), list(counts.items())[-1]
        ratio = most / fewest
        if ratio > self.max_ratio:
            yield Finding(
                code="class-imbalance",
                severity=Severity.WARNING,
                message=f"{largest!r} outnumbers {smallest!r} {ratio:.1f} to 1 ({most:,} : {fewest:,} rows)",
                fix="datakit augment --target balanced; judge by macro-F1, not by accuracy",
                evidence={
                    "ratio": round(ratio, 2),
                    "majority_share": share(most, sum(counts.values())),
                    "largest": largest,
                    "smallest": smallest,
                },
                split="train",
            )

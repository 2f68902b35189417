"""One class far more frequent than another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.validation.checks._base import Check, share
from datakit.validation.survey import Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassImbalance(Check):
    """The most frequent class outnumbers the rarest by more than a tolerable ratio.

    What:
        Rows of the largest class divided by rows of the smallest, in the rows to learn from. Beside it the
        effective number of classes: as many equal classes would be as hard to guess. Where a row may have
        several labels, the rows that carry each, and the mean of the ratios of the largest to every label.
    Why:
        A model that answers with the most frequent class alone already has a good loss and a fine accuracy;
        with a low learning rate it stays there.
    Example:
        900 `ham`, 100 `spam`: always answering `ham` is 90% accurate and useless. They are worth 1.4 equal
        classes.
    Fix:
        `datakit augment --target balanced`; fine-tuning weighs the classes by default. Judge by macro-F1,
        not by accuracy.
    Source:
        Johnson & Khoshgoftaar 2019 (doi 10.1186/s40537-019-0192-5): a survey of deep learning under class
        imbalance. The threshold is a convention; at 9:1 a fine-tuned encoder was seen to collapse to one
        class within three epochs (macro-F1 .34), with class weights it was not (.66). Effective number:
        exp(entropy), Hill 1973 (doi 10.2307/1934352). Mean ratio: MeanIR of Charte et al. 2015
        (doi 10.1016/j.neucom.2014.08.091).
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
                code=self.code,
                severity=Severity.WARNING,
                message=f"{largest!r} outnumbers {smallest!r} {ratio:.1f} to 1 ({most:,} : {fewest:,} rows)",
                fix="datakit augment --target balanced; judge by macro-F1, not by accuracy",
                evidence={
                    "ratio": round(ratio, 2),
                    "mean_ratio": round(sum(most / n for n in counts.values()) / len(counts), 2),
                    "majority_share": share(most, len(survey.train)),
                    "minority_share": share(fewest, len(survey.train)),
                    "classes": len(counts),
                    "effective_classes": _effective(list(counts.values())),
                    "largest": largest,
                    "smallest": smallest,
                },
                split="train",
            )


def _effective(counts: Sequence[int]) -> float:
    """Return the number of equal classes that would have the same entropy."""
    parts = np.array(counts) / sum(counts)
    return round(float(np.exp(-(parts * np.log(parts)).sum())), 2)

"""Labels that the other rows speak against."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar

import numpy as np

from datakit.core.findings import Finding, Severity
from datakit.core.near import groups_of
from datakit.core.text import ends_of
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, percent, share, shortened
from datakit.validation.label_errors import Cut, Ints, Suspects, out_of_fold, suspects
from datakit.validation.survey import Digest, Survey


@dataclass(frozen=True, kw_only=True, slots=True)
class SuspectLabel(Check):
    """Rows whose label is probably wrong.

    What:
        A linear model is taught with four fifths of the rows and asked about the last, in turn, near-duplicates
        always together. Rows whose label it finds improbable are told, the most suspect first in `suspects`,
        with an estimate of how many of them are wrong and of the share of wrong labels in all. `cut` says where
        the list ends: `auto` where the expected F1 is greatest; `confident-learning` finds more, and more in vain,
        but also errors that all go from a small class to a large one. Not for several labels a row.
    Why:
        A wrong label is learnt by heart, and in a held-out split it is counted against every model.
    Example:
        `Congratulations, you have won a holiday, call 0800 100` labelled `ham`
    Fix:
        Read the rows, the most suspect first; correct those that are wrong.
    Source:
        Northcutt et al. 2021 (arXiv 2103.14749): 3.3% of the labels of ten widely used test sets are wrong.
        Measured with 5% of the labels flipped (benchmarks/results/label_errors.md): F1 .77 on trec6, .92 on
        sms_spam, .92 on banking77; of labels as they are at most 1.3% are told. The threshold for a warning is
        a convention: one row in a hundred.
    """

    deep: ClassVar[bool] = True
    ends: ClassVar[bool] = True
    cut: Cut = "auto"
    warn_share: float = 0.01  # fraction of the rows, 0..1, that are suspect, above which it is a warning
    shown: int = 50  # suspects that are listed with the label that is suggested

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split with such rows."""
        if survey.corpora is None or any(digest.multi_label for digest in survey.values()):
            return
        texts = [ends_of(text) for corpus in survey.corpora.values() for text in corpus.texts]
        labels = list(chain.from_iterable(corpus.labels for corpus in survey.corpora.values()))
        near = survey.near
        groups = groups_of(len(near.first), near.pairs)[near.text]
        found = suspects(out_of_fold(texts, labels, groups=groups.tolist()), labels, cut=self.cut)
        for split, digest in survey.items():
            here = survey.rows_of(split)
            mine = np.flatnonzero((found.rows >= here.start) & (found.rows < here.stop))
            if len(mine):
                yield self._told(digest, found, mine, found.rows[mine] - here.start)

    def _told(self, digest: Digest, found: Suspects, mine: Ints, rows: Ints) -> Finding:
        part = share(len(rows), len(digest))
        wrong = round((found.precision or 0.0) * len(rows))
        return Finding(
            code=self.code,
            severity=Severity.WARNING if part > self.warn_share else Severity.INFO,
            message=f"{counted(len(rows), 'label is', 'labels are')} suspect ({percent(part)}), about {wrong:,} "
            f"of them wrong; of all labels about {found.noise_rate:.1%} are",
            fix="read the rows, the most suspect first, and correct the labels that are wrong",
            evidence={
                "rows": len(rows),
                "share": part,
                "noise_rate": round(found.noise_rate, 4),
                "precision": None if found.precision is None else round(found.precision, 4),
                "recall": None if found.recall is None else round(found.recall, 4),
                "suspects": [
                    self._suspect(digest, int(row), found.suggested[place])
                    for place, row in zip(mine[: self.shown], rows[: self.shown], strict=True)
                ],
            },
            **digest.located(np.sort(rows)),
        )

    def _suspect(self, digest: Digest, row: int, suggested: str) -> dict[str, Any]:
        return {
            "id": digest.located([row])["rows"][0],
            "text": shortened(digest.text_of(row) or ""),
            "label": digest.target_sets[digest.targets[row]][0],
            "suggested": suggested,
        }

"""Run checks over labelled text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding, Report, Severity
from datakit.core.registry import Registry
from datakit.core.text import ENDS
from datakit.core.wording import counted
from datakit.validation.checks._base import Check, RowCheck, percent, share
from datakit.validation.profile import profile
from datakit.validation.survey import Digest, Size, Survey, Surveyor, gathered

checks: Registry[Check] = Registry("checks", "datakit.validation.checks")

#: With more text than this the deep checks are run only if asked for. They take about 1 µs a character.
DEEP = Size(rows=20_000, chars=1 << 26)
NOTHING = Size(rows=0, chars=0)


def validate(
    data: Corpus | Splits,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    deep: bool | None = None,
    reference: Corpus | None = None,
) -> Report:
    """Check labelled text, given as one corpus or as splits.

    Args:
        data: a corpus counts as the training split.
        options: options of checks by name, e.g. `{"class-imbalance": {"max_ratio": 5}}`.
        deep: whether the checks that read all texts at once are run; None: on data of up to the size `DEEP`.
        reference: rows of old; what has drifted away from them is told.

    Raises:
        UsageError: unknown check or option.
    """
    splits = Splits({"train": data}) if isinstance(data, Corpus) else data
    validation = Validation.of(options, deep=deep)
    survey = validation.look_at(splits, reference)
    return Report(
        stage="validate",
        findings=tuple(validation.findings(survey)),
        figures={"profile": profile(survey.train, quarantined=len(survey.quarantined["train"]))},
    )


@dataclass(frozen=True, kw_only=True)
class Validation:
    """A set of checks with their options, ready to be run over rows as they stream by."""

    checks: Sequence[Check]
    deep: bool | None = None

    @classmethod
    def of(
        cls, options: Mapping[str, Mapping[str, Any]] | None = None, *, deep: bool | None = None
    ) -> "Validation":
        """Build every check, its options taken from `options` by its name.

        Raises:
            UsageError: unknown check or option.
        """
        options = options or {}
        names = sorted(options.keys() | set(checks.names()))
        return cls(checks=[checks.build(name, options.get(name)) for name in names], deep=deep)

    def surveyor(self, split: str) -> Surveyor:
        """Return what takes the rows of a split."""
        row_checks = [check for check in self.checks if isinstance(check, RowCheck)]
        return Surveyor(split, row_checks, keep=self._most)

    def look_at(self, splits: Splits, reference: Corpus | None = None) -> Survey:
        """Survey splits that are in memory."""
        surveyors = {name: self.surveyor(name) for name in splits}
        for name, corpus in splits.items():
            for batch in corpus.batches():
                surveyors[name].take(batch)
        return self.survey(surveyors, None if reference is None else digest(reference))

    def survey(self, surveyors: Mapping[str, Surveyor], reference: Digest | None = None) -> Survey:
        """Return what the surveyors have got; without the texts where the deep checks are not to be run."""
        return gathered(surveyors, reference=reference, most=self._most)

    @property
    def _most(self) -> Size | None:
        """The most texts that are kept for the deep checks; None for any number."""
        return {True: None, False: NOTHING, None: DEEP}[self.deep]

    def findings(self, survey: Survey) -> Iterator[Finding]:
        """Yield what is wrong: first about unusable rows, then check by check, by name."""
        in_turn = sorted(self.checks, key=lambda check: (not getattr(check, "unusable", False), check.code))
        run = [check for check in in_turn if not check.deep or survey.corpora is not None]
        for check in run:
            yield from check.find(survey)
        skipped = [check.code for check in self.checks if check.deep] if survey.corpora is None else []
        if skipped and self.deep is None:
            yield _not_run(skipped, survey)
        if ends := [check.code for check in run if check.ends]:
            yield from _read_in_part(ends, survey)


def digest(corpus: Corpus, split: str = "train") -> Digest:
    """Return what a survey keeps of the rows of a corpus."""
    surveyor = Surveyor(split, (), keep=NOTHING)
    for batch in corpus.batches():
        surveyor.take(batch)
    return surveyor.digest()


def _not_run(skipped: Sequence[str], survey: Survey) -> Finding:
    rows = sum(map(len, survey.values()))
    chars = sum(int(np.minimum(digest.chars, ENDS).sum()) for digest in survey.values())
    return Finding(
        code="checks-not-run",
        severity=Severity.INFO,
        message=f"not run on {rows:,} rows, {chars:,} characters: {', '.join(skipped)}",
        fix="run again with --deep; they are left out above "
        f"{counted(DEEP.rows, 'row')} or {DEEP.chars:,} characters",
        evidence={"checks": list(skipped), "rows": rows, "chars": chars, "limit": DEEP._asdict()},
    )


def _read_in_part(by: Sequence[str], survey: Survey) -> Iterator[Finding]:
    """Tell of texts so long that some checks look at their ends only."""
    chars = np.concatenate([digest.chars for digest in survey.values()]).astype(np.int64)
    long = chars[chars > ENDS]
    if len(long):
        read = share(ENDS * len(long), int(long.sum()))
        yield Finding(
            code="texts-read-in-part",
            severity=Severity.INFO,
            message=f"{counted(len(long), 'text has', 'texts have')} more than {ENDS:,} characters, of which the "
            f"first and last {ENDS // 2:,} ({percent(read)} of them all) were looked at by: {', '.join(by)}",
            fix="nothing, where the ends show what a text is about; else cut long texts into passages",
            evidence={
                "checks": list(by),
                "rows": len(long),
                "share": share(len(long), len(chars)),
                "characters_read": read,
                "limit": ENDS,
            },
        )

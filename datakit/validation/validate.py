"""Run checks over labelled text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding, Report, Severity
from datakit.core.registry import Registry
from datakit.validation.checks._base import Check, RowCheck, counted
from datakit.validation.profile import profile
from datakit.validation.survey import Digest, Survey, Surveyor, gathered

checks: Registry[Check] = Registry("checks", "datakit.validation.checks")

#: With more rows than this the deep checks are run only if asked for. They take about 1 ms a row.
DEEP_ROWS = 20_000


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
        deep: whether the checks that read all texts at once are run; None: on up to `DEEP_ROWS` rows.
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
    def _most(self) -> int | None:
        """The most rows whose texts are kept for the deep checks; None for any number."""
        return {True: None, False: 0, None: DEEP_ROWS}[self.deep]

    def findings(self, survey: Survey) -> Iterator[Finding]:
        """Yield what is wrong: first about unusable rows, then check by check, by name."""
        for check in sorted(self.checks, key=lambda check: (not getattr(check, "unusable", False), check.code)):
            if not check.deep or survey.corpora is not None:
                yield from check.find(survey)
        skipped = [check.code for check in self.checks if check.deep] if survey.corpora is None else []
        if skipped and self.deep is None:
            yield _not_run(skipped, sum(map(len, survey.values())))


def digest(corpus: Corpus, split: str = "train") -> Digest:
    """Return what a survey keeps of the rows of a corpus."""
    surveyor = Surveyor(split, (), keep=0)
    for batch in corpus.batches():
        surveyor.take(batch)
    return surveyor.digest()


def _not_run(skipped: Sequence[str], rows: int) -> Finding:
    return Finding(
        code="checks-not-run",
        severity=Severity.INFO,
        message=f"not run on {rows:,} rows: {', '.join(skipped)}",
        fix=f"run again with --deep; they are left out above {counted(DEEP_ROWS, 'row')}",
        evidence={"checks": list(skipped), "rows": rows, "limit": DEEP_ROWS},
    )

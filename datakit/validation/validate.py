"""Run checks over labelled text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Finding, Report
from datakit.core.quarantine import Reject
from datakit.core.registry import Registry
from datakit.validation.checks._base import Check
from datakit.validation.profile import profile

checks: Registry[Check] = Registry("checks", "datakit.validation.checks")


def validate(data: Corpus | Splits, options: Mapping[str, Mapping[str, Any]] | None = None) -> Report:
    """Check labelled text, given as one corpus or as splits.

    Args:
        data: a corpus counts as the training split.
        options: options of checks by name, e.g. `{"class-imbalance": {"max_ratio": 5}}`.

    Raises:
        UsageError: unknown check or option.
    """
    splits = Splits({"train": data}) if isinstance(data, Corpus) else data
    usable, rejects, findings = screen(splits)
    return Report(
        stage="validate",
        findings=(*findings, *examine(usable, options)),
        figures={"profile": profile(usable.train, quarantined=len(rejects["train"]))},
    )


def screen(splits: Splits) -> tuple[Splits, Mapping[str, tuple[Reject, ...]], tuple[Finding, ...]]:
    """Set aside the rows that nobody can learn from.

    Returns:
        the usable rows; the others, by split, with the reason; the findings about them.
    """
    findings = tuple(finding for check in checks.all() if check.unusable for finding in check.find(splits))
    usable: dict[str, Corpus] = {}
    rejects: dict[str, tuple[Reject, ...]] = {}
    for name, corpus in splits.items():
        reasons = {row: f for f in reversed(findings) if f.split == name for row in f.rows}
        out = {i for i, row in enumerate(corpus.ids) if row in reasons}
        usable[name] = corpus.without(out) if out else corpus
        rejects[name] = tuple(
            Reject(
                line=corpus.lines[i],
                code=reasons[corpus.ids[i]].code,
                reason=reasons[corpus.ids[i]].code.replace("-", " "),
                raw=f"{corpus.texts[i]!r} labelled {corpus.labels[i]!r}",
            )
            for i in sorted(out)
        )
    return Splits(usable), rejects, findings


def examine(splits: Splits, options: Mapping[str, Mapping[str, Any]] | None = None) -> Iterator[Finding]:
    """Yield what every check finds in usable rows, the check's options taken from `options` by its name."""
    options = options or {}
    for check in _build(options.keys() | set(checks.names()), options):
        if not check.unusable:
            yield from check.find(splits)


def _build(names: Iterable[str], options: Mapping[str, Mapping[str, Any]]) -> Iterator[Check]:
    return (checks.build(name, options.get(name)) for name in sorted(names))

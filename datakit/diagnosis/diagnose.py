"""Ask every rule."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.core.registry import Registry
from datakit.diagnosis.rules._base import Diagnosis, Rule

rules: Registry[Rule] = Registry("rules", "datakit.diagnosis.rules")

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def diagnose(history: History, metrics: Mapping[str, Any]) -> tuple[Diagnosis, ...]:
    """Return what the rules recognise in a training: causes before their effects, the surest first.

    Args:
        history: what the training recorded.
        metrics: of the test split; empty for a training that did not come to an end.
    """
    asked = [(rule, rule.judge(history, metrics)) for rule in rules.all()]
    found = [(rule, diagnosis) for rule, diagnosis in asked if diagnosis is not None]
    found.sort(key=lambda pair: _rank(pair[1]))
    return tuple(sorted((_traced(diagnosis, found[:i]) for i, (_, diagnosis) in enumerate(found)), key=_rank))


def _rank(diagnosis: Diagnosis) -> tuple[bool, float, int, str]:
    finding = diagnosis.finding
    return diagnosis.follows_from is not None, -diagnosis.confidence, _WEIGHT[finding.severity], finding.code


def _traced(diagnosis: Diagnosis, surer: Sequence[tuple[Rule, Diagnosis]]) -> Diagnosis:
    """Return the diagnosis; where a surer one explains it, as a remark that names the surest of these."""
    finding = diagnosis.finding
    cause = next((cause.finding.code for rule, cause in surer if finding.code in rule.explains), None)
    if cause is None:
        return diagnosis
    remark = replace(
        finding,
        severity=Severity.INFO,
        message=f"{finding.message} (follows from {cause})",
        fix=f"mend {cause} first; then, if this is still there: {finding.fix}",
    )
    return replace(diagnosis, finding=remark, follows_from=cause)

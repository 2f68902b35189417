"""Ask every rule."""

from collections.abc import Mapping
from typing import Any

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.core.registry import Registry
from datakit.diagnosis.rules._base import Diagnosis, Rule

rules: Registry[Rule] = Registry("rules", "datakit.diagnosis.rules")

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def diagnose(history: History, metrics: Mapping[str, Any]) -> tuple[Diagnosis, ...]:
    """Return what the rules recognise in a finished run, the gravest first."""
    judged = [rule.judge(history, metrics) for rule in rules.all()]
    found = [diagnosis for diagnosis in judged if diagnosis is not None]
    return tuple(sorted(found, key=lambda d: (_WEIGHT[d.finding.severity], d.finding.code)))

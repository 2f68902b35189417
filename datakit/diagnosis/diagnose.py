"""Ask every rule."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.core.registry import Registry
from datakit.diagnosis.rules._base import PHASES, Diagnosis, Expected, Phase, Rule
from datakit.diagnosis.rules._signs import known_signals

rules: Registry[Rule] = Registry("rules", "datakit.diagnosis.rules")

_ESTIMATED = 0.7  # of the confidence is left where a sign was not measured; a judgement
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def diagnose(
    history: History,
    metrics: Mapping[str, Any],
    *,
    phases: Collection[Phase] = PHASES,
    without: Collection[str] = (),
) -> tuple[Diagnosis, ...]:
    """Return what the rules recognise in a training: causes before their effects, the surest first.

    Args:
        history: what the training recorded.
        metrics: of the test split; empty for a training that did not come to an end; see `Rule.judge`.
        phases: whose rules are asked.
        without: names of rules that are not to be asked, for want of what they look at.
    """
    asked = [rules.build(name) for name in rules.names() if name not in without]
    judged = [(rule, rule.judge(history, metrics)) for rule in asked if rule.phase in phases]
    found = [(rule, _marked(diagnosis, history)) for rule, diagnosis in judged if diagnosis is not None]
    found.sort(key=lambda pair: _rank(pair[1]))
    traced = (_traced(diagnosis, found[:i]) for i, (_, diagnosis) in enumerate(found))
    return tuple(sorted((_with_expected(diagnosis, metrics) for diagnosis in traced), key=_rank))


def unanswerable(history: History, metrics: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the rules that cannot judge a training, each with the signals that it lacks."""
    known = known_signals(history, metrics)
    lacking = {name: tuple(n for n in rules.get(name).needs if n not in known) for name in rules.names()}
    return {name: signals for name, signals in lacking.items() if signals}


def _marked(diagnosis: Diagnosis, history: History) -> Diagnosis:
    """Return the diagnosis; where it rests on an estimate, it says so and is less sure."""
    finding = diagnosis.finding
    estimated = {name: source for name, source in history.estimated.items() if name in finding.evidence}
    if not estimated:
        return diagnosis
    told = "; ".join(f"{name} estimated from {source}" for name, source in estimated.items())
    marked = replace(
        finding,
        message=f"{finding.message} ({told})",
        evidence={**finding.evidence, "estimated": estimated},
    )
    return replace(diagnosis, finding=marked, confidence=round(_ESTIMATED * diagnosis.confidence, 2))


def _rank(diagnosis: Diagnosis) -> tuple[bool, float, int, str]:
    finding = diagnosis.finding
    return diagnosis.follows_from is not None, -diagnosis.confidence, _WEIGHT[finding.severity], finding.code


def _traced(diagnosis: Diagnosis, surer: Sequence[tuple[Rule, Diagnosis]]) -> Diagnosis:
    """Return the diagnosis; where a surer one explains it, it names the surest of these.

    It is then a remark, unless it is worse than what explains it: a model that is of no use is never passed over.
    """
    finding = diagnosis.finding
    cause = next((cause.finding for rule, cause in surer if finding.code in rule.explains), None)
    if cause is None:
        return diagnosis
    effect = replace(
        finding,
        severity=finding.severity if _WEIGHT[finding.severity] < _WEIGHT[cause.severity] else Severity.INFO,
        message=f"{finding.message} (follows from {cause.code})",
        fix=f"mend {cause.code} first; then, if this is still there: {finding.fix}",
    )
    return replace(diagnosis, finding=effect, follows_from=cause.code)


def _with_expected(diagnosis: Diagnosis, metrics: Mapping[str, Any]) -> Diagnosis:
    """Return the diagnosis of a cause with what mending it brings, where another way of training mends it.

    A plain model that does better shows what the rows are worth; a sound training does as well at least. What new
    rows or other labels would be worth, nobody knows before.
    """
    plain = {name: m for name, m in metrics.get("baselines", {}).items() if name != "majority"}
    if diagnosis.follows_from is not None or "finetune" not in diagnosis.remedy or not plain:
        return diagnosis
    now = metrics["model"]["macro_f1"]
    name, best = max(plain.items(), key=lambda item: float(item[1]["macro_f1"]))
    if best["macro_f1"] <= now:
        return diagnosis
    finding = diagnosis.finding
    told = f"a macro-F1 of at least {best['macro_f1']:.3f}, as {name} has, is to be expected; now {now:.3f}"
    return replace(
        diagnosis,
        finding=replace(finding, fix=f"{finding.fix}; {told}"),
        expected=Expected(figure="macro_f1", now=now, at_least=best["macro_f1"], as_has=name),
    )

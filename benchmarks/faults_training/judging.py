"""What datakit, as it is now, says of a recorded training, and whether that is right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from typing import Any

from faults import FAULTS
from peers import PEERS, RIGHT
from sets import SETS

import datakit
from datakit.core.files import from_json, to_json
from datakit.core.findings import Severity
from datakit.core.history import Alarm, History
from datakit.diagnosis import Diagnosis, diagnose
from datakit.training.alarm import early_alarm

Line = Mapping[str, Any]
QUARTER = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One thing that was said."""

    code: str
    loud: bool  #: a warning or an error; else a remark, which is no alarm but where it names the fault
    by: str  #: check, preflight, alarm, rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What was made of a training."""

    said: tuple[Said, ...]  #: the surest first
    detected: bool
    first: bool  #: the first thing said names the fault
    among_three: bool
    early: bool  #: detected before a quarter of the steps was made
    early_right: bool  #: and then rightly named
    alarm_step: int | None  #: of the first alarm while training; 0 where it was known before


def history_of(line: Line) -> History:
    """Return what the training recorded, with the alarms that it would raise now."""
    history = from_json(to_json(line["history"]), History)
    return replace(history, alarms=tuple(_alarms(history)))


def _alarms(history: History) -> Iterator[Alarm]:
    """Yield the alarms that the records of the steps raise."""
    rows = history.train_counts.values()
    steps = ceil(sum(rows) / history.settings["batch_size"])
    records: list[dict[str, Any]] = []
    for step in history.steps:
        records.append(
            {name: value for name, value in from_json(to_json(step), dict[str, Any]).items() if value is not None}
        )
        alarm = early_alarm(records, steps, history.settings["learning_rate"], max(rows) / sum(rows))
        if alarm is not None:
            records[-1]["alarm"] = alarm
            yield Alarm(**alarm)


def judged(line: Line) -> Verdict:
    """Judge a training, healthy or not; nothing is right of a healthy one, or a decoy."""
    right = FAULTS[line["fault"]].right if line["fault"] in FAULTS else ()
    history = history_of(line)
    before = [*_of_checks(line), *_of_preflight(line, history)]
    after = _of_rules(diagnose(history, line["metrics"]), "rule")
    stopped = [one for one in before if one.by == "preflight" and one.loud and _is_error(line, history, one.code)]
    checked = [one for one in before if one.by == "check"]
    said = (
        [*stopped, *after, *before] if not checked else [*_right_first(checked, right), *stopped, *after, *before]
    )
    early = [*before, *_in_a_quarter(history, line)]
    alarms = [Said(code=alarm.code, loud=True, by="alarm") for alarm in history.alarms]
    counted = [one for one in (*said, *early, *alarms) if one.loud or one.code in right]
    noted = [one for one in early if one.loud or one.code in right]
    order = list(dict.fromkeys(one.code for one in said))
    return Verdict(
        said=tuple(said),
        detected=bool(counted),
        first=bool(order) and order[0] in right,
        among_three=any(code in right for code in order[:3]),
        early=bool(noted),
        early_right=any(one.code in right for one in noted),
        alarm_step=0 if any(one.loud for one in before) else min((a.step for a in history.alarms), default=None),
    )


def objections(line: Line, history: History) -> tuple[Diagnosis, ...]:
    """Return what the pre-flight says: the rules that need no step, on what is known before the first."""
    outset = replace(
        history, steps=(), epochs=(), best_epoch=0, stopped_early=False, start=None, alarms=(), diverged_at=None
    )
    return diagnose(outset, {"reference": line["reference"]}, phases={"before"})


def first_remedy(line: Line) -> Mapping[str, Any]:
    """Return the options of the section `finetune` that `--repair` would try first; none where it has none."""
    history = history_of(line)
    stopped = [d for d in objections(line, history) if d.finding.severity is Severity.ERROR]
    causes = [d for d in (*stopped, *diagnose(history, line["metrics"])) if d.follows_from is None and d.remedy]
    return causes[0].remedy.get("finetune", {}) if causes else {}


def peers_said(line: Line) -> dict[str, tuple[bool, bool]]:
    """Return for each peer whether it raised an alarm, and whether one names the fault."""
    found = {name: rules(history_of(line), line["gradients"]) for name, rules in PEERS.items()}
    return {
        name: (bool(words), any(line["fault"] in RIGHT.get(word, ()) for word in words))
        for name, words in found.items()
    }


def steps_planned(line: Line) -> int:
    """Return the steps that the training would have made in all."""
    settings = line["history"]["settings"]
    rows = sum(line["history"]["train_counts"].values())
    return ceil(rows / settings["batch_size"]) * int(settings["epochs"])


def _of_rules(diagnoses: Sequence[Diagnosis], by: str) -> list[Said]:
    return [Said(code=d.finding.code, loud=d.finding.severity is not Severity.INFO, by=by) for d in diagnoses]


def _of_preflight(line: Line, history: History) -> list[Said]:
    return _of_rules(objections(line, history), "preflight")


def _is_error(line: Line, history: History, code: str) -> bool:
    return any(d.finding.code == code and d.finding.severity is Severity.ERROR for d in objections(line, history))


def _in_a_quarter(history: History, line: Line) -> list[Said]:
    """Return what is said when a quarter of the steps is made: alarms, and rules that need no more than steps."""
    end = QUARTER * steps_planned(line)
    cut = replace(
        history,
        steps=tuple(step for step in history.steps if step.step <= end),
        epochs=(),
        best_epoch=0,
        stopped_early=False,
        alarms=tuple(alarm for alarm in history.alarms if alarm.step <= end),
        diverged_at=history.diverged_at if (history.diverged_at or end + 1) <= end else None,
    )
    alarms = [Said(code=alarm.code, loud=True, by="alarm") for alarm in cut.alarms]
    return [*alarms, *_of_rules(diagnose(cut, {}, phases={"before", "during"}), "rule")]


def _of_checks(line: Line) -> list[Said]:
    """Return what validation says of rows with a fault in them and not of those without."""
    fault = FAULTS.get(line["fault"])
    if fault is None or fault.rows is None:
        return []
    return list(_new_findings(line["set"], line["seed"], line["fault"]))


@cache
def _new_findings(name: str, seed: int, fault: str) -> tuple[Said, ...]:
    genuine = SETS[name].splits(seed)
    planted = FAULTS[fault].rows(genuine, seed)  # type: ignore[misc]
    known, found = (
        {
            (finding.code, finding.split): finding
            for finding in datakit.validate(splits, deep=True).findings
            if finding.severity is not Severity.INFO
        }
        for splits in (genuine, planted)
    )
    codes = dict.fromkeys(code for (code, split) in found if (code, split) not in known)
    return tuple(Said(code=code, loud=True, by="check") for code in codes)


def _right_first(said: Sequence[Said], right: Sequence[str]) -> list[Said]:
    """Return findings of checks; they come without an order of sureness, so a right one stands first."""
    return sorted(said, key=lambda one: one.code not in right)

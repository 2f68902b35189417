"""Whether a training has gone wrong already, told from the first half of its first epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

from datakit.core.history import TOO_FAR, TOO_SHORT
from datakit.training.task import Task

_LOOKS = (0.25, 0.5)  # of the first epoch
_LEAST = 5  # steps, before which nothing can be told
_COLLAPSED = 0.98  # of the answers to training rows that have one label
_NOTHING_LEARNT = 0.95  # relative loss


def early_alarm(
    records: Sequence[Mapping[str, Any]], steps: float, rate: float, task: Task
) -> dict[str, Any] | None:
    """Return `step`, `code` and `message` of an alarm, if there is one and the last record is where to look.

    It is looked at a quarter and at half of the first epoch. During the warm-up, how far a step moves the weights
    is reckoned up to the peak rate, as the one is proportional to the other. Of one kind there is one alarm only.

    Args:
        records: of the steps until now, as they stand in the Trainer's log.
        steps: in an epoch.
        rate: peak learning rate.
        task: what is learnt.
    """
    now, before = records[-1]["step"], records[-2]["step"] if len(records) > 1 else 0
    if not any(before < max(_LEAST, look * steps) <= now for look in _LOOKS):
        return None
    said = {record["alarm"]["code"] for record in records if "alarm" in record}
    recent = records[len(records) // 2 :]
    found = _moved_wrongly(recent, rate) or _collapsed(recent, task)
    return {"step": now, "code": found[0], "message": found[1]} if found and found[0] not in said else None


def _moved_wrongly(recent: Sequence[Mapping[str, Any]], rate: float) -> tuple[str, str] | None:
    ratios = [r.get("body_update", 0.0) * rate / r["learning_rate"] for r in recent if r["learning_rate"] > 0]
    peak = max(ratios, default=0.0)
    if peak > TOO_FAR:
        return (
            "learning-rate-too-high",
            f"at its peak a step will move the weights by {peak:.1e} of their length: too far",
        )
    if 0 < peak < TOO_SHORT:
        return (
            "learning-rate-too-low",
            f"at its peak a step will move the weights by {peak:.1e} of their length: too little",
        )
    return None


def _collapsed(recent: Sequence[Mapping[str, Any]], task: Task) -> tuple[str, str] | None:
    known = [(r["dominance"], r["relative_loss"]) for r in recent if "dominance" in r and "relative_loss" in r]
    if not known:
        return None
    dominance, loss = (sum(values) / len(known) for values in zip(*known, strict=True))
    prior = max(task.counts) / task.rows
    if dominance < _COLLAPSED or dominance <= prior or loss < _NOTHING_LEARNT:
        return None
    return "majority-collapse", f"{dominance:.0%} of the answers to training rows are the same label"

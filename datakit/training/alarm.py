"""Whether a training has gone wrong already, told before its first epoch ends."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from datakit.core.history import TOO_FAR, TOO_SHORT

_STRIDE_AT = (0.25, 0.5)  # of the first epoch
#: At a quarter sound trainings give all rows the same answer too: the head begins that way, and the warm-up is not
#: long over. At three quarters none of 40 did (SST-2, Davidson's tweets, TREC-6; MiniLM).
_ANSWERS_AT = (0.75,)
_LEAST = 5  # steps, before which nothing can be told
_COLLAPSED = 0.98  # of the answers to training rows that have one label
_NOTHING_LEARNT = 0.95  # relative loss


def early_alarm(
    records: Sequence[Mapping[str, Any]], steps: float, rate: float, frequent: float
) -> dict[str, Any] | None:
    """Return `step`, `code` and `message` of an alarm, if there is one and the last record is where to look.

    How far the steps go is looked at a quarter and at half of the first epoch, the answers at three quarters.
    During the warm-up, how far a step moves the weights is reckoned up to the peak rate, as the one is
    proportional to the other. Of one kind there is one alarm only.

    Args:
        records: of the steps until now, as they stand in the Trainer's log.
        steps: in an epoch.
        rate: peak learning rate.
        frequent: part of the training rows that carry the most frequent label.
    """
    found = None
    recent = records[len(records) // 2 :]
    if _is_time(records, steps, _STRIDE_AT):
        found = _moved_wrongly(recent, rate)
    if found is None and _is_time(records, steps, _ANSWERS_AT):
        found = _collapsed(recent, frequent)
    said = {record["alarm"]["code"] for record in records if "alarm" in record}
    return (
        {"step": records[-1]["step"], "code": found[0], "message": found[1]}
        if found and found[0] not in said
        else None
    )


def _is_time(records: Sequence[Mapping[str, Any]], steps: float, looks: Iterable[float]) -> bool:
    """Tell whether the last record is the first one at or after a look."""
    now, before = records[-1]["step"], records[-2]["step"] if len(records) > 1 else 0
    return any(before < max(_LEAST, look * steps) <= now for look in looks)


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


def _collapsed(recent: Sequence[Mapping[str, Any]], frequent: float) -> tuple[str, str] | None:
    known = [(r["dominance"], r["relative_loss"]) for r in recent if "dominance" in r and "relative_loss" in r]
    if not known:
        return None
    dominance, loss = map(fmean, zip(*known, strict=True))
    if dominance < _COLLAPSED or dominance <= frequent or loss < _NOTHING_LEARNT:
        return None
    return "majority-collapse", f"{dominance:.0%} of the answers to training rows are the same label"

"""Classes that could not be filled honestly, and why."""

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, TypeAlias

from datakit.augmentation.plan import Kind, carrying, room_left
from datakit.core.findings import Finding, Severity

#: Why a label fell short: no operator has more to say; rows reached their limit first; the rows that could give
#: more also carry a label that has as many rows as it may have.
Reason: TypeAlias = Literal["exhausted", "max-per-row", "shared-labels"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """A class that could not be filled honestly."""

    label: str
    wanted: int  #: new rows asked for
    added: int  #: new rows made
    reason: Reason


def shortfalls(
    new: Mapping[Kind, int],
    before: Mapping[str, int],
    wanted: Mapping[str, int],
    *,
    able: AbstractSet[Kind],
    limited: AbstractSet[Kind],
) -> Iterator[Shortfall]:
    """Yield the labels that got fewer rows than they lack, in their order.

    Args:
        new: new rows by kind.
        before: rows by label.
        wanted: rows by label, see `plan.wanted_counts`.
        able: the kinds whose rows have more to say.
        limited: the kinds with rows that reached the most children of a row.
    """
    added, room = carrying(new, before), room_left(new, before, wanted)
    for label, n in before.items():
        if added[label] < wanted[label] - n:
            reason = reason_for(label, able, limited, room)
            yield Shortfall(label=label, wanted=wanted[label] - n, added=added[label], reason=reason)


def reason_for(label: str, able: Collection[Kind], limited: Collection[Kind], room: Mapping[str, int]) -> Reason:
    """Say why a label fell short; `room` is how many more new rows may carry each label."""
    if any(label in kind for kind in limited):
        return "max-per-row"
    full = {other for other, left in room.items() if left <= 0}
    return "shared-labels" if any(label in kind and full & set(kind) for kind in able) else "exhausted"


#: What to do about a shortfall, by its reason, before what helps always.
_FIXES: Mapping[Reason, str] = {
    "exhausted": "",
    "max-per-row": "raise max_per_row, ",
    "shared-labels": "collect rows that carry this label alone, ",
}


def finding_of(shortfall: Shortfall) -> Finding:
    """Return what is said about a shortfall."""
    fix = "add another operator, collect more rows of this class, or weight the classes in training"
    return Finding(
        code="augmentation-shortfall",
        severity=Severity.WARNING,
        message=f"{shortfall.label!r} got {shortfall.added} of {shortfall.wanted} new rows",
        fix=_FIXES[shortfall.reason] + fix,
        evidence={"wanted": shortfall.wanted, "added": shortfall.added, "reason": shortfall.reason},
        split="train",
    )

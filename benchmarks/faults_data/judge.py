"""When a planted fault counts as detected, the same for every tool."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NOTE = "note: "  #: what datakit says without a warning: an alarm only for the fault that it names


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """All alarms of one kind about one side of the split."""

    size: float = 0  #: rows it is about; the figure behind it where it is about none in particular
    lines: frozenset[int] = frozenset()  #: of these rows, from 1


Complaints = Mapping[tuple[str, str], Complaint]  #: by kind and split


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a tool made of a fault."""

    detected: bool  #: it raised an alarm that the clean file does not raise, or not so loudly
    named: bool | None  #: among these is one of the right kind; None where no kind is known to be right
    by: tuple[str, ...]  #: the kinds of these alarms
    recall: float | None  #: share of the planted rows that they report; None where no single row is at fault


def gathered(alarms: Iterable[Mapping[str, Any]]) -> Complaints:
    """Add up alarms (as `tools/common.py` prints them) by kind and split."""
    complaints: defaultdict[tuple[str, str], Complaint] = defaultdict(Complaint)
    for alarm in alarms:
        key = alarm["kind"], alarm["split"]
        so_far = complaints[key]
        complaints[key] = Complaint(
            size=so_far.size + alarm["size"], lines=so_far.lines | frozenset(alarm["lines"])
        )
    return dict(complaints)


def judged(
    complaints: Complaints,
    clean: Complaints,
    planted: Mapping[str, tuple[int, ...]],
    named_by: tuple[str, ...] | None,
) -> Verdict:
    """Judge what a tool says about a file with a fault, beside what it says about the clean one.

    Args:
        complaints: About the file with the fault.
        clean: About the file without it.
        planted: Planted lines by split.
        named_by: The right kinds; None where every kind counts, as for peers, which know nothing of our names.

    Returns:
        The verdict. Rows count as reported where an alarm that detected the fault, and is of the right kind,
        lists them; of a pair of rows on two sides of a split, the better reported side counts.
    """
    right = {kind for kind, _ in complaints} if named_by is None else set(named_by)
    rows = max(map(len, planted.values()), default=0)
    raised = {
        (kind, split): complaint
        for (kind, split), complaint in complaints.items()
        if (kind in right or not kind.startswith(NOTE)) and _louder(complaint, clean.get((kind, split)), rows)
    }
    return Verdict(
        detected=bool(raised),
        named=None if named_by is None else any(kind in right for kind, _ in raised),
        by=tuple(sorted({kind for kind, _ in raised})),
        recall=_recall({key: c for key, c in raised.items() if key[0] in right}, planted),
    )


def _louder(complaint: Complaint, clean: Complaint | None, planted: int) -> bool:
    """Tell whether a complaint is new, or larger by half of what was planted (a figure: by half of itself)."""
    if clean is None:
        return True
    by_rows = planted and (complaint.lines or clean.lines)
    return complaint.size - clean.size >= (planted if by_rows else clean.size) / 2


def _recall(raised: Complaints, planted: Mapping[str, tuple[int, ...]]) -> float | None:
    def share(split: str, lines: tuple[int, ...]) -> float:
        reported = frozenset().union(*(c.lines for (_, where), c in raised.items() if where == split))
        return len(reported & set(lines)) / len(lines)

    return max((share(split, lines) for split, lines in planted.items()), default=None)

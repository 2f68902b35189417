"""From a target to the rows that each class should have, and to the new rows of each kind; pure arithmetic."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import TypeAlias

from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest

#: One of `FORMS`, or the wanted number of rows by label.
Target: TypeAlias = str | Mapping[str, int]

#: What rows carry: all labels, sorted. A new row is of its parent's kind.
Kind: TypeAlias = tuple[str, ...]

#: How far a label that lacks no rows may grow along with rare ones beside it, as a fraction of its rows. A
#: convention: enough to raise a label that hardly stands alone, too little to make the imbalance another one.
GROWTH = 0.1

FORMS = ("balanced", "none", "ratio=R", "count=N", "majority-share=S", "a mapping of labels to counts")


def wanted_counts(counts: Mapping[str, int], target: Target) -> dict[str, int]:
    """Return how many rows each class should have, by label, sorted; never fewer than it has.

    Args:
        counts: rows by label.
        target: `balanced`, every class as large as the largest; `none`, no change; `ratio=R`, the largest at
            most R times the smallest (R >= 1); `count=N`, at least N rows each; `majority-share=S`, the
            largest at most the fraction S of all rows, the others raised to one level; or the wanted rows by
            label, where a label that is left out stays as it is.

    Raises:
        UsageError: the target is none of these, or cannot be met by adding rows.
    """
    if isinstance(target, str):
        floor = _floor(counts, target)
        wanted = {label: max(n, floor(n)) for label, n in counts.items()}
    else:
        wanted = _given(counts, target)
    return dict(sorted(wanted.items()))


def _floor(counts: Mapping[str, int], target: str) -> Callable[[int], int]:
    """Return what a class of n rows should have at least."""
    largest = max(counts.values(), default=0)
    name, _, value = target.partition("=")
    match name, value:
        case "balanced", "":
            return lambda _: largest
        case "none", "":
            return lambda n: n
        case "ratio", _ if _number(value) >= 1:
            # In millionths, rounded down first: 10 / 2.5 is 4, and a binary fraction must not make it 5.
            floor = -(-largest * 1_000_000 // round(_number(value) * 1_000_000))
            return lambda _: floor
        case "count", _ if value.isdecimal():
            return lambda _: int(value)
        case "majority-share", _ if 0 < _number(value) < 1:
            level = _level(sorted(counts.values(), reverse=True), _number(value), target)
            return lambda n: n if n == largest else level
        case _:
            raise _bad(repr(target), f"one of: {', '.join(FORMS)}; R >= 1, N a whole number, 0 < S < 1")


def _level(sizes: list[int], share: float, target: str) -> int:
    """Return the least size of the other classes at which the largest holds at most `share` of the rows."""
    if not sizes or share * len(sizes) < 1:
        least = 1 / max(len(sizes), 1)
        raise _bad(repr(target), f"with {len(sizes)} classes the largest holds at least {least:.3g} of the rows")
    largest, *others = sizes
    low, high = 0, largest
    while low < high:
        middle = (low + high) // 2
        if largest <= share * (largest + sum(max(n, middle) for n in others)) + _ROUNDING:
            high = middle
        else:
            low = middle + 1
    return low


_ROUNDING = 1e-6  # rows; far below one, far above the error of a float


def _given(counts: Mapping[str, int], target: Mapping[str, int]) -> dict[str, int]:
    problems = [
        Problem(where=f"target.{label}", got=f"no label {label!r} in train", fix=suggest(label, counts))
        for label in target
        if label not in counts
    ] + [
        Problem(where=f"target.{label}", got=repr(n), fix="a whole number of rows, 0 or more")
        for label, n in target.items()
        if not isinstance(n, int) or n < 0
    ]
    if problems:
        raise UsageError(*problems)
    return {label: max(n, target.get(label, n)) for label, n in counts.items()}


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def _bad(got: str, fix: str) -> UsageError:
    return UsageError(Problem(where="target", got=got, fix=fix))


@dataclass(frozen=True, kw_only=True, slots=True)
class Stock:
    """The rows of one kind, to make new ones from."""

    rows: int  #: that new rows can be made from
    made: int = 0  #: new rows made of them
    spent: bool = False  #: whether no more can be made


def headroom(before: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    """Return how many new rows may carry each label: what it lacks, else the fraction `GROWTH` of its rows."""
    return {label: wanted[label] - n if wanted[label] > n else int(GROWTH * n) for label, n in before.items()}


def quotas(
    stocks: Mapping[Kind, Stock], before: Mapping[str, int], wanted: Mapping[str, int], max_per_row: int
) -> dict[Kind, int]:
    """Return how many new rows each kind should have in all, those made included.

    Labels are filled one by one, the one with the fewest possible children for each row it lacks first; each of
    rows that carry lacking labels only, then of those with one other label, and so on; within these evenly over
    the rows. No label that lacks rows gets more than it lacks, no other grows by more than `GROWTH`. Greedy: with
    labels that overlap a great deal another order might fill more.

    Args:
        stocks: what there is, by kind.
        before: rows by label.
        wanted: rows by label, see `wanted_counts`.
        max_per_row: most children of one row.
    """
    new = {kind: stock.made for kind, stock in sorted(stocks.items())}
    room = room_left(new, before, wanted)
    carriers: dict[str, list[Kind]] = {label: [] for label in sorted(before) if wanted[label] > before[label]}
    for kind in new:
        for label in carriers.keys() & set(kind):
            if stocks[kind].rows and not stocks[kind].spent:
                carriers[label].append(kind)

    def scarcity(label: str) -> float:
        possible = sum(max_per_row * stocks[kind].rows - new[kind] for kind in carriers[label])
        return room[label] / possible if possible else 0.0

    def others(kind: Kind) -> int:
        return sum(wanted[label] <= before[label] for label in kind)

    scarcities = {label: scarcity(label) for label in carriers}
    for label in sorted(carriers, key=lambda label: -scarcities[label]):
        for _, alike in groupby(sorted(carriers[label], key=others), key=others):
            _spread({kind: stocks[kind].rows for kind in alike}, new, room, max_per_row)
    return new


def room_left(new: Mapping[Kind, int], before: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    """Return how many more new rows may carry each label."""
    gained = carrying(new, before)
    return {label: room - gained[label] for label, room in headroom(before, wanted).items()}


def carrying(new: Mapping[Kind, int], labels: Iterable[str]) -> dict[str, int]:
    """Return how many of the new rows, given by kind, carry each label."""
    gained = dict.fromkeys(labels, 0)
    for kind, n in new.items():
        for label in kind:
            gained[label] += n
    return gained


def _spread(rows: Mapping[Kind, int], new: dict[Kind, int], room: dict[str, int], max_per_row: int) -> None:
    """Give every row one child, then a second, while all labels of its kind have room; counts in `new`, `room`."""
    fewest = min(new[kind] // n for kind, n in rows.items())
    for level in range(fewest + 1, max_per_row + 1):
        able = [kind for kind in rows if min(room[label] for label in kind) > 0]
        if not able:
            return
        for kind in able:
            more = max(0, min(level * rows[kind] - new[kind], *(room[label] for label in kind)))
            new[kind] += more
            for label in kind:
                room[label] -= more


def divided(n: int, weights: Sequence[float]) -> list[int]:
    """Return n rows divided by weights, of which one at least is above 0, by the largest remainders.

    Of equal remainders the first in order gets the row.
    """
    # As fractions: 0.1 + 0.2 must not tip a remainder.
    exact = [Fraction(str(weight)) for weight in weights]
    quotients = [n * weight / sum(exact) for weight in exact]
    whole = [int(quotient) for quotient in quotients]
    largest = sorted(range(len(exact)), key=lambda i: (whole[i] - quotients[i], i))
    for i in largest[: n - sum(whole)]:
        whole[i] += 1
    return whole

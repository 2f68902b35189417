"""From a target to the number of rows that each class should have; pure arithmetic."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest

#: One of `FORMS`, or the wanted number of rows by label.
Target: TypeAlias = str | Mapping[str, int]

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

"""Names that people type: what is known, and what they probably meant."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from itertools import takewhile
from operator import eq


def suggest(name: str, known: Iterable[str]) -> str:
    """Return advice for an unknown `name`: the nearest known one if any is, and all unless they are many."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    everything = f"known: {', '.join(names) or 'none'}"
    if not near:
        return everything
    meant = f"did you mean {near[0]!r}?"
    return meant if len(names) > _MANY else f"{meant} {everything}"


_MANY = 20


def nearest(name: str, known: Sequence[str], n: int) -> list[str]:
    """Return those of many sorted names that are most like `name`: begin alike for longest, then are spelt alike.

    All are not compared letter by letter, which would take minutes for a million: only those around its place.
    """
    place = bisect(known, name)
    around = known[max(0, place - _AROUND) : place + _AROUND]

    def likeness(other: str) -> tuple[int, float]:
        begins = sum(1 for _ in takewhile(bool, map(eq, name, other)))
        return begins, SequenceMatcher(None, name, other).ratio()

    return sorted(around, key=likeness, reverse=True)[:n]


_AROUND = 500

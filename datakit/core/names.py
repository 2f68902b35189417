"""Names that people type: what is known, and what they probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggest(name: str, known: Iterable[str]) -> str:
    """Return advice for an unknown `name`: the nearest known one if any is near, and all that are known."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    did_you_mean = f"did you mean {near[0]!r}? " if near else ""
    return f"{did_you_mean}known: {', '.join(names) or 'none'}"

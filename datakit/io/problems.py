"""The errors that every reader raises."""

from collections.abc import Sequence

from datakit.core.errors import InputError, Problem
from datakit.core.quarantine import Reject

MOST = 20  #: problems of one file that are told at once


def unreadable(where: str, got: str, fix: str) -> InputError:
    """Return the error for a source that as a whole cannot be read."""
    return InputError(Problem(where=where, got=got, fix=fix))


def rejected(where: str, rejects: Sequence[Reject], fix: str) -> InputError:
    """Return the error that tells the first rejects, and how many there are."""
    problems = [Problem(where=f"{where}:{r.line}", got=f"{r.reason} [{r.code}]", fix=fix) for r in rejects[:MOST]]
    if len(rejects) > MOST:
        problems.append(
            Problem(where=where, got=f"{len(rejects)} rows cannot be read, these are the first", fix=fix)
        )
    return InputError(*problems)


def shortened(text: str, most: int = 40) -> str:
    """Return `text`, cut to `most` characters where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"

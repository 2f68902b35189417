"""Rows that cannot be used: set aside with the reason, never dropped silently."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """One line or row set aside."""

    line: int | None  #: in the source file, or the row's number if it has no lines; from 1
    code: str  #: kind of fault, e.g. `unreadable-line`
    reason: str  #: what is wrong with this one, in one sentence
    raw: str  #: the row as found, undecodable bytes as `\\xff`; only the head of a line that is too long

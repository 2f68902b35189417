"""Rows that cannot be used: set aside with the reason, never dropped silently."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """One line or row set aside."""

    line: int | None  #: in the source file, from 1; None for rows that no file holds
    code: str  #: kind of fault, e.g. `unreadable-line`
    reason: str  #: what is wrong with this one, in one sentence
    raw: str  #: the line or row as found, undecodable bytes escaped

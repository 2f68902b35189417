"""What happens in a run, told while it happens."""

from dataclasses import dataclass
from typing import Protocol

from datakit.core.findings import Report


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One moment of a run."""

    stage: str
    kind: str  #: `started`, `progress`, `retrying`, `ran`, `hit`, `failed`
    done: int = 0  #: of `total` steps, for `progress`
    total: int = 0
    note: str = ""
    seconds: float = 0.0
    report: Report | None = None  #: for `ran` and `hit`


class Listener(Protocol):
    """Whoever wants to know, such as a progress bar or a log."""

    def __call__(self, event: Event) -> None:
        """Take note of one event; must not raise."""
        ...


def nobody(event: Event) -> None:
    """Take no note."""

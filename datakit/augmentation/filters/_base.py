"""What a filter is."""

from typing import Protocol


class Filter(Protocol):
    """Judges a new text against the one it was made from."""

    def keep(self, source: str, candidate: str) -> str | None:
        """Return None to keep the candidate, else the reason for rejecting it, in a few words."""
        ...

"""The part of a text that shows a fault."""

import re

from datakit.validation.checks._base import SHOWN, shortened

_LEAD = 30  #: characters that are shown before the fault


def excerpt(text: str, fault: re.Match[str] | None) -> str:
    """Return a text as an example, cut around the fault where it is long."""
    start = 0 if fault is None or fault.end() < SHOWN else max(0, fault.start() - _LEAD)
    return f"{'…' if start else ''}{shortened(text[start:])}"

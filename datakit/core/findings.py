"""What a stage has to say about the data: findings with evidence and a fix, gathered in a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from datakit.core.notebook import table
from datakit.core.wording import counted


class Severity(StrEnum):
    """How much a finding matters: an error stops the later stages unless it is accepted by its code."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One problem in the data, with the figures that show it and what to do about it."""

    code: str  #: the name of the check that found it, e.g. `conflicting-labels`
    severity: Severity
    message: str  #: what is wrong, in one sentence
    fix: str  #: what to do about it, in one sentence
    evidence: Mapping[str, Any] = field(default_factory=dict)  #: JSON-able figures behind the message
    rows: tuple[str, ...] = ()  #: ids of all rows concerned, in the order of the file
    lines: tuple[int, ...] = ()  #: their line numbers in the source file, from 1
    split: str | None = None  #: the split they stand in; None where the finding is about several or all


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What one stage found and measured."""

    stage: str
    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)  #: JSON-able

    def errors(self, accepted: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
        """Return the error findings whose code was not accepted."""
        return tuple(f for f in self.findings if f.severity is Severity.ERROR and f.code not in accepted)

    def _repr_html_(self) -> str:
        rows = ((f.severity, f.code, f.message, f.fix) for f in self.findings)
        caption = f"{self.stage}: {counted(len(self.findings), 'finding')}"
        return table(("severity", "code", "what", "fix"), rows, caption=caption)

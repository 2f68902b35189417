"""What an idiom says of a script."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._script import Located, Script


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A place in a script that should be written otherwise."""

    node: Located
    message: str  #: what is wrong, in one sentence
    fix: str  #: what to write instead
    severity: Severity | None = None  #: None for the idiom's own


class Idiom(Protocol):
    """Recognises one way of writing a training script that breaks or harms it. It never runs the script."""

    severity: ClassVar[Severity]

    def find(self, script: Script) -> Iterator[Spot]:
        """Yield the places where the idiom stands."""
        ...

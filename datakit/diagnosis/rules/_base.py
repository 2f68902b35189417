"""What a rule sees and says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from datakit.core.findings import Finding
from datakit.core.history import History


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """A fault of training, named, shown and with its remedy."""

    finding: Finding
    symptom: str  #: what the user sees
    cause: str  #: why
    remedy: Mapping[str, Mapping[str, Any]]  #: patch of the recipe that mends it; empty where no option does


class Rule(Protocol):
    """Recognises one fault. It sees figures only, never the model, so it can be tried without one."""

    phase: ClassVar[Literal["before", "during", "after"]]

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Return the diagnosis if the fault is there.

        Args:
            history: what the training run recorded.
            metrics: of the test split, `{"model": Metrics, "baselines": {name: Metrics}}` as JSON.
        """
        ...

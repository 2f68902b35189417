"""What a rule sees and says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any, ClassVar, Literal, Protocol, get_args

from datakit.core.findings import Finding, Severity
from datakit.core.history import History

Phase = Literal["before", "during", "after"]
PHASES: tuple[Phase, ...] = get_args(Phase)

#: What several causes look like in the end: where a cause is known, these follow from it.
SYMPTOMS = frozenset(
    {
        "diverged",
        "label-noise",
        "majority-collapse",
        "misleading-accuracy",
        "overfitting",
        "under-trained",
        "worse-than-baseline",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What mending a fault is known to bring: at least what a plain model has learnt from the same rows."""

    figure: str  #: e.g. `macro_f1`
    now: float  #: of the model, 0..1
    at_least: float  #: 0..1
    as_has: str  #: the plain model


@dataclass(frozen=True, kw_only=True, slots=True)
class Diagnosis:
    """A fault of training, named, shown and with its remedy."""

    finding: Finding
    symptom: str  #: what the user sees
    cause: str  #: why
    remedy: Mapping[str, Mapping[str, Any]]  #: patch of the recipe that mends it; empty where no option does
    confidence: float = 0.5  #: how sure it is that this is the cause, 0..1
    follows_from: str | None = None  #: code of a surer diagnosis, which this one is an effect of
    expected: Expected | None = None  #: what mending it brings, on the test split; None where nobody knows


class Rule(Protocol):
    """Recognises one fault. It sees figures only, never the model, so it can be tried without one."""

    phase: ClassVar[Phase]
    #: What it cannot judge a training without, by the names of `known_signals`; trainings of ours have it all.
    needs: ClassVar[tuple[str, ...]]
    #: Codes of the diagnoses that are effects of this fault.
    explains: ClassVar[frozenset[str]] = frozenset()

    def judge(self, history: History, metrics: Mapping[str, Any]) -> Diagnosis | None:
        """Return the diagnosis if the fault is there.

        Args:
            history: what the training run recorded; it may have ended before the first epoch did.
            metrics: of the test split, `{"model": Metrics, "baselines": {name: Metrics}}` as JSON; empty where
                the training did not come to an end; before it `{"reference": {name: Metrics}}`, of plain models on
                the validation split.
        """
        ...

    def found(
        self,
        message: str,
        *,
        cause: str,
        symptom: str,
        confidence: float,
        evidence: Mapping[str, Any],
        remedy: Mapping[str, Mapping[str, Any]],
        severity: Severity = Severity.ERROR,
        fix: str = "",
        split: str | None = None,
    ) -> Diagnosis:
        """Return the diagnosis of this rule; by default its fix is to do what the remedy says."""
        return Diagnosis(
            finding=Finding(
                code=re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__).lower(),
                severity=severity,
                message=message,
                fix=fix or f"train with {spelt_out(remedy)}",
                evidence=evidence,
                split=split,
            ),
            symptom=symptom,
            cause=cause,
            remedy=remedy,
            confidence=confidence,
        )


def spelt_out(remedy: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a patch as it is typed: `finetune.epochs=6, finetune.class_weights=balanced`."""
    return ", ".join(
        f"{section}.{name}={'null' if value is None else value}"
        for section, options in remedy.items()
        for name, value in options.items()
    )


def sureness(value: float, threshold: float, certain: float) -> float:
    """Return a confidence: .5 at the threshold, .95 where it is `certain` or beyond, on a logarithmic scale."""
    if value <= 0:
        return 0.95 if certain < threshold else 0.5
    way = log(value / threshold) / log(certain / threshold)
    return round(0.5 + 0.45 * min(1.0, max(0.0, way)), 2)

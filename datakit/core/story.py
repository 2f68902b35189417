"""What one run has to tell, gathered for whoever shows it: terminal, JSON or HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datakit.core.findings import Report
from datakit.core.history import History


@dataclass(frozen=True, kw_only=True, slots=True)
class StageRecord:
    """What became of one stage in a run."""

    name: str
    status: str  #: `ran`, `hit` (nothing it depends on has changed), or `failed`
    seconds: float  #: wall time; 0 for a hit


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One augmented row beside the row it was made from."""

    label: str
    op: str
    parent: str  #: the text it was made from
    text: str
    edits: tuple[tuple[int, int, str], ...]  #: parent[start:stop] was replaced by text


@dataclass(frozen=True, kw_only=True, slots=True)
class WorstError:
    """One held-out row that the model is surest about, and wrong."""

    id: str
    line: int | None
    text: str
    label: str
    predicted: str
    probability: float  #: of the predicted label, 0..1


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One run: the stages that stand, in order, and what each found and measured."""

    run: str  #: the run's id
    created: str  #: ISO 8601, UTC
    source: str  #: the source file as named by the user
    seed: int
    model: str
    outcome: str  #: `done`, or `gate failed: <stage>`, `failed: <stage>`, `interrupted: <stage>`
    accepted: tuple[str, ...]  #: codes of error findings that the user accepted
    stages: tuple[StageRecord, ...]
    reports: Mapping[str, Report]  #: by stage
    history: History | None = None
    #: {"model": Metrics, "baselines": {name: Metrics}, "slices": [Slice]} as JSON
    metrics: Mapping[str, Any] | None = None
    calibration: Mapping[str, Any] | None = None  #: `Warmth` as JSON
    thresholds: Mapping[str, Any] | None = None  #: {"applied": bool} and `Thresholds` as JSON
    #: `Comparison` as JSON, each difference with its `outcome`; made on the splits of this run
    comparison: Mapping[str, Any] | None = None
    #: what `tune` wrote, each finalist with `mean`, `deviation` and whether it `is_start`; made with the rows of
    #: this run
    tuning: Mapping[str, Any] | None = None
    #: what the learning-rate range test wrote; made with the rows of this run
    range_test: Mapping[str, Any] | None = None
    repair: Mapping[str, Any] | None = None  #: `Repair` as JSON, of the run that it kept
    samples: tuple[Sample, ...] = ()
    worst_errors: tuple[WorstError, ...] = ()

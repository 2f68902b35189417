"""What runs have to tell, gathered for whoever shows it: terminal, JSON or HTML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from datakit.core.findings import Report
from datakit.core.history import History


@dataclass(frozen=True, kw_only=True, slots=True)
class StageRecord:
    """What became of one stage in a run."""

    name: str
    status: str  #: `ran`, `hit` (nothing it depends on has changed), or `failed`
    seconds: float  #: wall time; 0 for a hit
    again: int = 0  #: how often it had to be tried again


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One new text beside the row it was made from."""

    label: str
    op: str
    parent: str  #: the text it was made from
    text: str
    edits: tuple[tuple[int, int, str], ...]  #: parent[start:stop] was replaced by text; empty where not known
    reason: str = ""  #: why it was not taken; empty where it was


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
class Tokens:
    """How long texts are to the model, in a sample of them."""

    lengths: Mapping[int, int]  #: tokens, the special ones included -> texts
    limit: int  #: tokens that the model reads of a text at once
    long_texts: str  #: what is read of longer ones: `head`, `head-tail` or `chunks`


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """One run: the stages that stand, in order, and what each found and measured."""

    run: str  #: the run's id
    created: str  #: ISO 8601, UTC
    source: str  #: the source file as named by the user
    seed: int
    model: str
    outcome: str  #: `done`, or `gate failed: <stage>`, `failed: <stage>`, `interrupted: <stage>`, …
    accepted: tuple[str, ...]  #: codes of error findings that the user accepted
    stages: tuple[StageRecord, ...]
    reports: Mapping[str, Report]  #: by stage
    #: options as they were given, those at their default left out
    recipe: Mapping[str, Any] = field(default_factory=dict)
    quarantine: Mapping[str, int] = field(default_factory=dict)  #: rows that were set aside, by code
    tokens: Tokens | None = None  #: of the texts of train
    history: History | None = None
    #: {"model": Metrics, "baselines": {name: Metrics}, "slices": [Slice]} as JSON
    metrics: Mapping[str, Any] | None = None
    calibration: Mapping[str, Any] | None = None  #: `Warmth` as JSON
    thresholds: Mapping[str, Any] | None = None  #: {"applied": bool} and `Thresholds` as JSON
    #: by label, on the test split: (recall, precision) from the surest answer on, both 0..1
    precision_recall: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    #: `Diagnosis` as JSON; those from before the training first, with a key `foreseen`
    diagnoses: tuple[Mapping[str, Any], ...] = ()
    #: `Comparison` as JSON, each difference with its `outcome`; made on the splits of this run
    comparison: Mapping[str, Any] | None = None
    #: what `tune` wrote, each finalist with `mean`, `deviation` and whether it `is_start`; made with the rows of
    #: this run
    tuning: Mapping[str, Any] | None = None
    #: what the learning-rate range test wrote; made with the rows of this run
    range_test: Mapping[str, Any] | None = None
    repair: Mapping[str, Any] | None = None  #: `Repair` as JSON, of the run that it kept
    samples: tuple[Sample, ...] = ()
    rejected: tuple[Sample, ...] = ()  #: a few of those that were not taken, for each reason
    worst_errors: tuple[WorstError, ...] = ()
    job: Mapping[str, Any] | None = None  #: `JobRecord` as JSON, where a job made the run


@dataclass(frozen=True, kw_only=True, slots=True)
class Several:
    """Several runs beside each other."""

    runs: Mapping[str, Story]  #: by a short name; the first is the one that the others are compared with
    options: tuple[Mapping[str, Any], ...]  #: all of them, of each run
    comparison: Mapping[str, Any] | None = None  #: as in `Story`, an arm a run; None where they cannot be compared
    why_not: str = ""  #: why there is no comparison


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One run in a line of the index; a figure is None where the run did not come to it."""

    run: str
    created: str  #: ISO 8601, UTC
    command: str
    outcome: str  #: as in `Story`
    seconds: float  #: wall time of the stages that ran
    source: str
    model: str
    findings: Mapping[str, int]  #: by severity
    reported: bool  #: whether its folder holds a report
    rows: int | None = None  #: usable
    train: int | None = None  #: rows of the train split
    new: int | None = None  #: rows that augmentation added to them
    test: int | None = None  #: rows of the test split
    tested_on: str = ""  #: digest of the test split: figures are of the same rows where it is the same
    macro_f1: float | None = None
    macro_f1_interval: tuple[float, float] | None = None
    linear: float | None = None  #: macro-F1 of the linear baseline


@dataclass(frozen=True, kw_only=True, slots=True)
class Chronicle:
    """All runs of a workspace, and what became of their models."""

    project: str  #: name of the folder
    lines: tuple[Line, ...]  #: the oldest first
    champion: str | None = None  #: run of the model that stands
    promotions: tuple[Mapping[str, Any], ...] = ()  #: `Promotion` as JSON, the oldest first
    jobs: tuple[Mapping[str, Any], ...] = ()  #: `JobRecord` as JSON: the last call of each job

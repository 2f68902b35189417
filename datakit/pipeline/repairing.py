"""Repairs a training: what its diagnosis advises is done, and what that brought is measured and told."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from datakit.core.errors import DatakitError, GateError, RecipeError, TransientError
from datakit.core.files import from_json, to_json, write_atomically
from datakit.core.findings import Severity
from datakit.core.history import History
from datakit.diagnosis import Diagnosis, diagnose, spelt_out
from datakit.evaluation.comparison import Difference
from datakit.evaluation.intervals import Interval
from datakit.pipeline.comparing import compare_runs
from datakit.pipeline.events import Listener, nobody
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.runner import Outcome, follow
from datakit.pipeline.workspace import Workspace

FILE = "repair.json"

#: Where the stages that diagnose leave their diagnoses.
_DIAGNOSES = {"preflight": "objections.json", "diagnose": "diagnoses.json"}

Verdict = Literal["proved", "withdrawn", "not shown"]
Patch = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """Figures of a model on the test split, 0..1, each with its 95% interval."""

    macro_f1: float
    macro_f1_interval: Interval
    accuracy: float
    accuracy_interval: Interval
    majority_interval: Interval  #: of the macro-F1 of answering with the most frequent label


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """One training: what came of it, and what is wrong with it."""

    run: str
    ended: str  #: `done`, or why there is no model
    validation: float | None  #: macro-F1 of the epoch that was kept, 0..1; None where there is no model
    test: Scores | None  #: None where there is no model
    diagnoses: tuple[str, ...]  #: codes, causes first
    errors: tuple[str, ...]  #: codes of the error findings that are not accepted


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What one run has over another on the same test rows, paired by row."""

    macro_f1: Difference
    mcnemar: float  #: mid-p value that both are right equally often
    said: tuple[str, ...]  #: the same in sentences


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One diagnosis, or several together, what was done about it, and what came of it."""

    code: str  #: several with ` + ` between
    symptom: str
    cause: str
    confidence: float  #: of the least sure diagnosis, before it was tried, 0..1
    remedy: Patch
    before: str  #: run that was diagnosed
    after: str | None  #: run with the remedy; None where the recipe does not take it
    change: Change | None  #: None where one of the two has no model
    verdict: Verdict
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Repair:
    """What became of a repair."""

    trainings: tuple[Training, ...]  #: in their order, the one that was found first
    attempts: tuple[Attempt, ...]
    kept: str  #: run with the highest macro-F1 on the validation split, the first of equals
    in_all: Change | None  #: from the first training to the kept one, where several remedies lie between them
    options: Mapping[str, tuple[Any, Any]]  #: by `section.option` what differs: value before, value kept
    schema_version: int = 1

    def training(self, run: str) -> Training:
        """Return the training of a run."""
        return next(one for one in self.trainings if one.run == run)


def repair(
    workspace: Workspace, recipe: Recipe, *, tries: int = 2, command: str, listener: Listener = nobody
) -> tuple[Outcome | None, Repair | None]:
    """Train, do what the first diagnosis advises, train again, and say whether the diagnosis was right.

    Each try goes on from the training with the highest macro-F1 on validation, the last of equals. The test split
    never chooses. Latest run and remembered recipe become those of the training that is kept, and its folder
    receives `repair.json`. Until then the recipe is remembered as given: the same call goes on with a repair that
    was killed.

    Args:
        workspace: where it works.
        recipe: as given; what it accepts is not repaired.
        tries: trainings at most, beside the first.
        command: as typed, for the runs' manifests.
        listener: told what happens.

    Returns:
        the run that is kept, None where none has a model; and the repair, None where a gate stopped the pipeline
        and no option mends what it found.

    Raises:
        DatakitError: as `bring_up_to`, but for trainings that diverge, and for remedies that cannot be followed.
    """
    with locked(workspace.lock, command):
        workspace.tidy()
        with workspace.remembering(recipe):
            return _Repairing(workspace, command, listener).done(recipe, tries)


@dataclass(frozen=True, kw_only=True, slots=True)
class Treatment:
    """What is worth a training: the remedy of one diagnosis, or of several that may need one another."""

    of: tuple[Diagnosis, ...]  #: the surest first

    @property
    def remedy(self) -> Patch:
        """All remedies in one patch; where two say the same option, the surer one does."""
        patch: dict[str, dict[str, Any]] = {}
        for diagnosis in reversed(self.of):
            for section, options in diagnosis.remedy.items():
                patch.setdefault(section, {}).update(options)
        return patch


def treatments(diagnoses: Sequence[Diagnosis], recipe: Recipe, tried: Collection[Patch]) -> Iterator[Treatment]:
    """Yield what is worth a training: the surest cause alone; all causes together; each of the others alone.

    Causes are no effects, no remarks, not accepted, and have a remedy that changes the recipe. Together they come
    second: an optimizer that crawls and a batch of two rows are mended by neither remedy alone.
    """
    options = _options(recipe)
    causes = [
        one
        for one in diagnoses
        if one.follows_from is None
        and one.finding.severity is not Severity.INFO
        and one.finding.code not in recipe.accept
        and any(options.get(name) != value for name, value in _flat(one.remedy).items())
    ]
    alone = [(cause,) for cause in causes]
    together = [tuple(causes)] if len(causes) > 1 else []
    for of in (*alone[:1], *together, *alone[1:]):
        treatment = Treatment(of=of)
        if treatment.remedy not in tried:
            yield treatment


def judged(codes: Collection[str], after: Training, change: Change | None) -> tuple[Verdict, str]:
    """Return what the training with its remedy says of a diagnosis, and why.

    It is `proved` where the 95% interval of the difference in macro-F1 lies above 0, or, where there was no model
    before, that of macro-F1 above that of the most frequent label. It is `withdrawn` where the whole interval lies
    below 0, where the same is diagnosed again and nothing is gained, or where training with the remedy diverges.
    Else it is `not shown`.

    Args:
        codes: of the diagnoses that were treated.
        after: the training with the remedy.
        change: from the training that was diagnosed; None where one of the two has no model.
    """
    if after.test is None:
        if after.diagnoses:
            return "withdrawn", f"with its remedy the training {after.ended}"
        return "not shown", f"its remedy could not be followed: {after.ended}"
    if change is None:
        (low, high), top = after.test.macro_f1_interval, after.test.majority_interval[1]
        reached = f"there was no model; now macro-F1 is {after.test.macro_f1:.3f} ({low:.3f} to {high:.3f})"
        if low > top:
            return "proved", f"{reached}, above the most frequent label's (at most {top:.3f})"
        return "not shown", f"{reached}, not above the most frequent label's (at most {top:.3f})"
    if change.macro_f1.outcome == "better":
        return "proved", "the whole interval lies above 0"
    if change.macro_f1.outcome == "worse":
        return "withdrawn", "the whole interval lies below 0"
    again = any(code in after.diagnoses for code in codes)
    if again and change.macro_f1.difference <= 0:
        return "withdrawn", "the same is diagnosed again, and nothing is gained"
    seen = change.said[0].partition(": ")[2]
    return "not shown", f"the same is diagnosed again; {seen}" if again else seen


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tried:
    """A training, and what is needed to go on from it."""

    recipe: Recipe
    training: Training
    diagnoses: tuple[Diagnosis, ...]
    outcome: Outcome | None  #: None where an error ended it

    @property
    def score(self) -> float:
        validation = self.training.validation
        return float("-inf") if validation is None else validation


@dataclass
class _Repairing:
    """One call of it, with the lock held."""

    workspace: Workspace
    command: str
    listener: Listener
    tried: list[_Tried] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)

    def done(self, recipe: Recipe, tries: int) -> tuple[Outcome | None, Repair | None]:
        former = self.workspace.latest()
        first = self._train(recipe, self.command)
        if (
            first.training.validation is None
            and not any(treatments(first.diagnoses, recipe, ()))
            and first.outcome
        ):
            return first.outcome, None
        self.tried.append(first)
        try:
            while len(self.attempts) < tries and self._attempt():
                pass
        finally:  # also where it was interrupted
            kept = max(self.tried, key=lambda one: one.score)
            latest = kept.training.run if kept.training.validation is not None else former and former.run
            if latest:
                self.workspace.make_latest(latest)
        self.workspace.remember(kept.recipe)
        return kept.outcome if kept.training.validation is not None else None, self._told(kept)

    def _attempt(self) -> bool:
        """Try one remedy; return whether there was one."""
        base = max(reversed(self.tried), key=lambda one: one.score)
        tried = [attempt.remedy for attempt in self.attempts if attempt.before == base.training.run]
        treatment = next(treatments(base.diagnoses, base.recipe, tried), None)
        if treatment is None:
            return False
        codes = [diagnosis.finding.code for diagnosis in treatment.of]
        after, change = None, None
        try:
            recipe = base.recipe.patched(treatment.remedy)
        except RecipeError as error:
            verdict: tuple[Verdict, str] = ("not shown", f"its remedy could not be followed: {_first(error)}")
        else:
            after = self._train(recipe, f"{self.command} ({spelt_out(treatment.remedy)})", first=False)
            change = self._change(base, after)
            verdict = judged(codes, after.training, change)
            self.tried.append(after)
        self.attempts.append(
            Attempt(
                code=" + ".join(codes),
                symptom="; ".join(dict.fromkeys(diagnosis.symptom for diagnosis in treatment.of)),
                cause="; ".join(dict.fromkeys(diagnosis.cause for diagnosis in treatment.of)),
                confidence=min(diagnosis.confidence for diagnosis in treatment.of),
                remedy=treatment.remedy,
                before=base.training.run,
                after=after.training.run if after else None,
                change=change,
                verdict=verdict[0],
                why=verdict[1],
            )
        )
        return True

    def _train(self, recipe: Recipe, command: str, *, first: bool = True) -> _Tried:
        """Train, evaluate and diagnose; a training that diverges is diagnosed too.

        Raises:
            DatakitError: anything else that the first training cannot follow.
        """
        try:
            outcome = follow(self.workspace, recipe, "diagnose", command=command, listener=self.listener)
        except TransientError:
            raise
        except DatakitError as error:
            history = _history_of(error)
            if first and history is None:
                raise
            ended = f"diverged at step {history.diverged_at}" if history else _first(error)
            *_, newest = self.workspace.history()  # ours: the lock is held
            diagnoses = diagnose(history, {}) if history else ()
            return self._tried(recipe, newest.run, ended, diagnoses, None)
        stage = list(outcome.reports)[-1]
        ended = "done" if stage == "diagnose" else f"gate failed: {stage}"
        left = outcome.folder / _DIAGNOSES.get(stage, "")
        diagnoses = from_json(left.read_bytes(), tuple[Diagnosis, ...]) if left.is_file() else ()
        return self._tried(recipe, outcome.manifest.run, ended, diagnoses, outcome)

    def _tried(
        self, recipe: Recipe, run: str, ended: str, diagnoses: tuple[Diagnosis, ...], outcome: Outcome | None
    ) -> _Tried:
        findings = outcome.gate if outcome else tuple(diagnosis.finding for diagnosis in diagnoses)
        errors = [one.code for one in findings if one.severity is Severity.ERROR and one.code not in recipe.accept]
        done = outcome.reports if outcome and ended == "done" else {}
        return _Tried(
            recipe=recipe,
            training=Training(
                run=run,
                ended=ended,
                validation=done["finetune"].figures["validation"]["macro_f1"] if done else None,
                test=_scores(done["evaluate"].figures) if done else None,
                diagnoses=tuple(diagnosis.finding.code for diagnosis in diagnoses),
                errors=tuple(dict.fromkeys(errors)),
            ),
            diagnoses=diagnoses,
            outcome=outcome,
        )

    def _change(self, before: _Tried, after: _Tried) -> Change | None:
        """Return what the one has over the other on the test split."""
        if before.training.test is None or after.training.test is None:
            return None
        arms = (f"before={before.training.run}", f"repaired={after.training.run}")
        compared = compare_runs(self.workspace, arms)
        (difference,) = compared.tables[0].differences
        return Change(macro_f1=difference, mcnemar=compared.mcnemar["repaired"], said=compared.verdict)

    def _told(self, kept: _Tried) -> Repair:
        """Write down what became of it."""
        first = self.tried[0]
        several = kept is not first and not any(
            (one.before, one.after) == (first.training.run, kept.training.run) for one in self.attempts
        )
        before, after = _options(first.recipe), _options(kept.recipe)
        told = Repair(
            trainings=tuple(one.training for one in self.tried),
            attempts=tuple(self.attempts),
            kept=kept.training.run,
            in_all=self._change(first, kept) if several else None,
            options={
                name: (before.get(name), value) for name, value in after.items() if before.get(name) != value
            },
        )
        if self.attempts:
            write_atomically(self.workspace.folder_of(told.kept) / FILE, to_json(told))
        return told


def _history_of(error: DatakitError) -> History | None:
    """Return what a training recorded that diverged; None of any other error."""
    if not isinstance(error, GateError):
        return None
    from datakit.training.recorder import DivergedError

    return error.history if isinstance(error, DivergedError) else None


def _scores(figures: Mapping[str, Any]) -> Scores:
    """Return what a report of `evaluate`, read back from JSON, says of the model."""
    model = figures["model"]
    return Scores(
        macro_f1=model["macro_f1"],
        macro_f1_interval=tuple(model["macro_f1_interval"]),
        accuracy=model["accuracy"],
        accuracy_interval=tuple(model["accuracy_interval"]),
        majority_interval=tuple(figures["majority"]["macro_f1_interval"]),
    )


def _options(recipe: Recipe) -> dict[str, Any]:
    """Return all options with their values, by `section.option`."""
    dumped = recipe.model_dump(mode="json", by_alias=True)
    return _flat({name: section for name, section in dumped.items() if isinstance(section, Mapping)})


def _flat(patch: Patch) -> dict[str, Any]:
    return {f"{section}.{name}": value for section, options in patch.items() for name, value in options.items()}


def _first(error: DatakitError) -> str:
    return error.problems[0].got

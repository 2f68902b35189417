"""Which settings give the best macro-F1 on the validation split: a search with Optuna that can be broken off."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from datakit.core.errors import Problem, UsageError
from datakit.core.extras import needs
from datakit.core.seeding import rng_for, seed_for
from datakit.training.settings import Settings

if TYPE_CHECKING:
    import optuna


class Range(BaseModel):
    """Numbers from `low` to `high`; whole ones where both are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: float | int
    high: float | int
    log: bool = Field(default=False, description="even by orders of magnitude")

    @model_validator(mode="after")
    def _ordered(self) -> "Range":
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError("low must be below high, and above 0 where log is set")
        return self


Choices: TypeAlias = Annotated[tuple[Any, ...], Field(min_length=1)]
Space: TypeAlias = Mapping[str, Range | Choices]
Searcher: TypeAlias = Literal["tpe", "random", "grid"]
Pruner: TypeAlias = Literal["hyperband", "asha", "none"]

#: What is searched where nothing is said: what Devlin et al. 2019 advise to search, with rates wide enough for
#: small encoders.
DEFAULT_SPACE: Space = {
    "learning_rate": Range(low=1e-5, high=1e-3, log=True),
    "batch_size": (8, 16, 32),
    "weight_decay": (0.0, 0.01, 0.1),
    "warmup": (0.0, 0.1, 0.2),
}

_TRIALS_TO_COMPARE = 10

#: Told after each epoch: its number from 1, and its macro-F1. It raises `Pruned` to end the trial.
Watch: TypeAlias = Callable[[int, float], None]

#: Trains with these settings and this seed; returns the best macro-F1 on the validation split, 0..1.
Objective: TypeAlias = Callable[[Settings, int, Watch], float]


class Pruned(Exception):  # noqa: N818  (the field's word)
    """A trial that is not worth going on with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """One trial that ended."""

    number: int
    options: dict[str, Any]
    macro_f1: float | None  #: on the validation split; None where it was pruned or failed
    epochs: tuple[float, ...]  #: macro-F1 after each
    state: Literal["complete", "pruned", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finalist:
    """Settings that were run again with several seeds."""

    options: dict[str, Any]
    macro_f1: tuple[float, ...]  #: on the validation split, one a seed

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return fmean(self.macro_f1)

    @property
    def deviation(self) -> float:
        """Standard deviation over the seeds."""
        return stdev(self.macro_f1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a search found."""

    finalists: tuple[Finalist, ...]  #: the best first; among them the settings that it set out from
    start: Finalist  #: the settings that it set out from
    trials: tuple[Trial, ...]
    importance: dict[str, float]  #: share of the differences between trials that an option explains, sums to 1

    @property
    def best(self) -> Finalist:
        """The finalist with the highest mean."""
        return self.finalists[0]

    @property
    def gain(self) -> tuple[float, float, float]:
        """How far the best lies above the start: mean difference over the seeds, and its 95% t-interval.

        Both were run with the same seeds, so the differences are paired. The interval knows of the seeds only,
        not that the best was chosen by the same validation rows.
        """
        from scipy.stats import t

        differences = [a - b for a, b in zip(self.best.macro_f1, self.start.macro_f1, strict=True)]
        mean, n = fmean(differences), len(differences)
        half = float(t.ppf(0.975, n - 1)) * stdev(differences) / n**0.5
        return mean, mean - half, mean + half


@dataclass(frozen=True, kw_only=True)
class Search:
    """A search: its space, its budget and its way.

    Args:
        base: the settings that it sets out from; options outside the space stay as they are there.
        space: by option of `Settings`: a range or choices.
        trials: how many, those of former calls included; of a grid at most its size.
        searcher: `tpe` (Bergstra et al. 2011; multivariate), `random`, or `grid` (choices only).
        pruner: `hyperband` (Li et al. 2018), `asha` (successive halving, Li et al. 2020), or `none`.
        top: how many of the best are run again.
        seeds: with how many seeds each.
        seed: of everything.

    Raises:
        UsageError: an option that does not exist or cannot have such a value; all problems at once.
    """

    base: Settings
    space: Space
    trials: int = 20
    searcher: Searcher = "tpe"
    pruner: Pruner = "hyperband"
    top: int = 3
    seeds: int = 3
    seed: int = 13

    def __post_init__(self) -> None:
        """Try every value that can be tried."""
        problems = [problem for name, values in self.space.items() for problem in self._problems(name, values)]
        if problems:
            raise UsageError(*problems)

    def settings(self, options: Mapping[str, Any]) -> Settings:
        """Return the base with these options."""
        return Settings.model_validate({**self.base.model_dump(), **options})

    def run(self, study: "optuna.Study", objective: Objective, *, alone: bool = True) -> Found:
        """Go on with a study until it has its trials, then run the best again with several seeds.

        The first trial has the options of the base where they lie in the space, so that a search can only find
        something better. Proposals depend on the seed and on the trials before, not on the process: a resumed
        search proposes what it would have.

        Args:
            study: a new one, or one that was broken off.
            objective: see there.
            alone: whether no other process works on the study. Its unfinished trials were killed, then, and are
                run again.
        """
        self._prepare(study, alone=alone)
        trials = min(self.trials, len(self._points())) if self.searcher == "grid" else self.trials
        while (n := len(_ended(study))) < trials:
            study.sampler = self._sampler(n)
            self._try(study, study.ask(), objective)
        finalists = [self._rerun(study, options, objective) for options in self._best(study)]
        start = self._rerun(study, {}, objective)
        return Found(
            finalists=tuple(sorted((*finalists, start), key=lambda finalist: -finalist.mean)),
            start=start,
            trials=tuple(map(_trial, _ended(study))),
            importance=_importance(study),
        )

    def _problems(self, name: str, values: Range | Sequence[Any]) -> Iterator[Problem]:
        where = f"tune.space.{name}"
        if self.searcher == "grid" and isinstance(values, Range):
            yield Problem(where=where, got="a range", fix="a grid needs choices: [1e-5, 1e-4, 1e-3]")
        for value in (values.low, values.high) if isinstance(values, Range) else values:
            try:
                self.settings({name: value})
            except ValidationError as error:
                told = error.errors()[0]
                fix = f"one of {', '.join(Settings.model_fields)}" if told["type"] == "extra_forbidden" else ""
                yield Problem(where=where, got=f"{value!r}: {told['msg']}", fix=fix or "give values that it takes")

    def _points(self) -> list[dict[str, Any]]:
        """Return the points of the grid, in an order that lets few of them say something about each option."""
        choices = [values for values in self.space.values() if not isinstance(values, Range)]
        points = [dict(zip(self.space, point, strict=True)) for point in product(*choices)]
        rng_for(self.seed, "tune", "grid").shuffle(points)
        return points

    def _prepare(self, study: "optuna.Study", *, alone: bool) -> None:
        from optuna.trial import TrialState

        killed = study.get_trials(deepcopy=False, states=[TrialState.RUNNING]) if alone else ()
        for trial in killed:
            study.tell(trial.number, state=TrialState.FAIL)
            study.enqueue_trial(trial.params)
        if study.get_trials(deepcopy=False):
            return
        start = {name: value for name, value in self.base.model_dump().items() if self._holds(name, value)}
        first = [start] if len(start) == len(self.space) else []
        for point in self._points() if self.searcher == "grid" else first:
            study.enqueue_trial(point)

    def _holds(self, name: str, value: Any) -> bool:  # noqa: ANN401
        values = self.space.get(name, ())
        if isinstance(values, Range):
            return isinstance(value, int | float) and values.low <= value <= values.high
        return value in values

    def _sampler(self, n: int) -> "optuna.samplers.BaseSampler":
        from optuna import samplers

        seed = seed_for(self.seed, "tune", n) % 2**32
        if self.searcher == "tpe":
            return samplers.TPESampler(seed=seed, multivariate=True)
        return samplers.RandomSampler(seed=seed)

    def _try(self, study: "optuna.Study", trial: "optuna.Trial", objective: Objective) -> None:
        from optuna.trial import TrialState

        options = {name: _suggest(trial, name, values) for name, values in self.space.items()}

        def watch(epoch: int, macro_f1: float) -> None:
            trial.report(macro_f1, epoch)
            if trial.should_prune():
                raise Pruned

        try:
            settings = self.settings(options)
        except ValidationError as error:  # options that fight each other
            trial.set_user_attr("why", error.errors()[0]["msg"])
            study.tell(trial, state=TrialState.FAIL)
            return
        try:
            study.tell(trial, objective(settings, self.seed, watch))
        except Pruned:
            study.tell(trial, state=TrialState.PRUNED)

    def _best(self, study: "optuna.Study") -> list[dict[str, Any]]:
        from optuna.trial import TrialState

        done = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])
        ranked = sorted(done, key=lambda trial: (-(trial.value or 0.0), trial.number))
        distinct = {repr(sorted(trial.params.items())): trial.params for trial in reversed(ranked)}
        start = self.base.model_dump()
        others = [p for p in reversed(distinct.values()) if any(start[name] != value for name, value in p.items())]
        return others[: self.top]

    def _rerun(self, study: "optuna.Study", options: dict[str, Any], objective: Objective) -> Finalist:
        settings = self.settings(options)
        scores = []
        for i in range(self.seeds):
            known = f"rerun {i} {sorted(options.items())}"
            if known not in study.user_attrs:
                # The search's own seed would no longer be a fair one: the settings were chosen by it.
                score = objective(settings, seed_for(self.seed, "rerun", i), lambda *_: None)
                study.set_user_attr(known, score)
            scores.append(float(study.user_attrs[known]))
        return Finalist(options=options, macro_f1=tuple(scores))


def open_study(name: str, storage: str, pruner: Pruner, epochs: int) -> "optuna.Study":
    """Open a study, a new one or the one of that name.

    Args:
        name: its own, the same for the same search.
        storage: a path to a journal file, which several processes of one machine or NFS may share, or the URL
            of a database (`postgresql://…`) for many machines.
        pruner: see `Search`.
        epochs: most epochs of a trial.

    Raises:
        UsageError: Optuna is not installed, or the storage cannot be opened.
    """
    needs("optuna", extra="tune")
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    from sqlalchemy.exc import SQLAlchemyError

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pruners = {
        "hyperband": lambda: optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs),
        "asha": lambda: optuna.pruners.SuccessiveHalvingPruner(min_resource=1),
        "none": optuna.pruners.NopPruner,
    }
    try:
        study = optuna.create_study(
            study_name=name,
            storage=storage if "://" in storage else JournalStorage(JournalFileBackend(storage)),
            direction="maximize",
            pruner=pruners[pruner](),
            load_if_exists=True,
        )
    except (ImportError, ValueError, OSError, SQLAlchemyError) as error:
        raise UsageError(
            Problem(
                where="tune.storage",
                got=f"{storage}: {error}",
                fix="a path, or a URL with the driver installed, as postgresql+psycopg://…",
            )
        ) from error
    return study


def _suggest(trial: "optuna.Trial", name: str, values: Range | Sequence[Any]) -> Any:  # noqa: ANN401
    if not isinstance(values, Range):
        return trial.suggest_categorical(name, values)
    if isinstance(values.low, int) and isinstance(values.high, int):
        return trial.suggest_int(name, values.low, values.high, log=values.log)
    return trial.suggest_float(name, values.low, values.high, log=values.log)


def _ended(study: "optuna.Study") -> list["optuna.trial.FrozenTrial"]:
    """Return the trials that count: done or pruned, and those whose options fought each other."""
    from optuna.trial import TrialState

    ended = study.get_trials(deepcopy=False, states=[TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL])
    return [trial for trial in ended if trial.state != TrialState.FAIL or "why" in trial.user_attrs]


def _trial(trial: "optuna.trial.FrozenTrial") -> Trial:
    from optuna.trial import TrialState

    states: dict[Any, Literal["complete", "pruned", "failed"]] = {
        TrialState.COMPLETE: "complete",
        TrialState.PRUNED: "pruned",
        TrialState.FAIL: "failed",
    }
    return Trial(
        number=trial.number,
        options=dict(trial.params),
        macro_f1=trial.value if trial.state == TrialState.COMPLETE else None,
        epochs=tuple(value for _, value in sorted(trial.intermediate_values.items())),
        state=states[trial.state],
    )


def _importance(study: "optuna.Study") -> dict[str, float]:
    """Return how much each option mattered (PED-ANOVA, Watanabe et al. 2023); empty for too few trials."""
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import TrialState

    # The evaluator compares the best tenth of the trials with all of them.
    if len(study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])) < _TRIALS_TO_COMPARE:
        return {}
    found = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(), normalize=True)
    return {name: round(share, 4) for name, share in found.items()}

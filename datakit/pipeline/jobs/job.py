"""One call of a job: what is new goes through the pipeline, and the model is promoted, or not and why.

jobs/<name>.json         what became of the last call that did anything; also `job.json` in the run's folder
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import msgspec

from datakit.core.corpus import Splits
from datakit.core.errors import DatakitError, LockHeldError
from datakit.core.files import from_json, to_json, write_atomically
from datakit.core.findings import Finding
from datakit.core.refusals import refusals_told
from datakit.pipeline.events import Listener, nobody
from datakit.pipeline.jobs.answers import Answers
from datakit.pipeline.jobs.champion import Champions, Event, Promotion, digest_of_model
from datakit.pipeline.jobs.contradiction import Contradiction, contradiction
from datakit.pipeline.jobs.metrics import write_metrics
from datakit.pipeline.jobs.notifications import notify, redacted
from datakit.pipeline.jobs.promotion import Decision, against_champion, first
from datakit.pipeline.keys import key_of
from datakit.pipeline.lock import locked
from datakit.pipeline.pruning import old_of_job
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.runner import Outcome, follow
from datakit.pipeline.stages import STAGES
from datakit.pipeline.stages._base import parts_of
from datakit.pipeline.workspace import FOLDER, Workspace

ASSIGNMENT = f"{FOLDER}/assignment.parquet"  # that of `datakit split --stable`

#: What may become of a call, and its exit code; of `failed` that of the error.
EXIT_CODES = {"promoted": 0, "unchanged champion": 0, "nothing new": 0, "gate failed": 3, "not promoted": 4}

Became = Literal["promoted", "unchanged champion", "nothing new", "gate failed", "not promoted", "failed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRecord:
    """What became of one call of a job."""

    job: str
    outcome: Became
    exit_code: int
    reason: str  #: sentences
    time: str  #: when it ended; ISO 8601, UTC
    seconds: float  #: how long it took
    fingerprint: str  #: of all that it depends on
    run: str | None = None  #: where the pipeline got to; None where nothing was run
    champion: str | None = None  #: run of the champion that stands now
    rows: int | None = None  #: usable rows
    macro_f1: float | None = None  #: of the new model
    contradiction: Contradiction | None = None  #: None where no champion stood
    decision: Decision | None = None  #: None where it did not come to one
    removed: tuple[str, ...] = ()  #: old runs that were removed, see `keep`
    schema_version: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A recipe that is run again and again in one workspace."""

    name: str
    recipe: Recipe
    workspace: Workspace

    @property
    def record(self) -> Path:
        """Where the last record stands."""
        return self.workspace.root / "jobs" / f"{self.name}.json"

    @property
    def command(self) -> str:
        """What the manifests of its runs name as the command."""
        return f"job run {self.name}"

    def last(self) -> JobRecord | None:
        """Return what became of the last call that did anything."""
        return from_json(self.record.read_bytes(), JobRecord) if self.record.exists() else None

    def fingerprint(self) -> str:
        """Return one hash of all that a call depends on but for the champion and what it has left here itself.

        These are source files, options, suites, models, code and packages, and what promotion is judged by.
        """
        plain = self.recipe.patched({"split": {"assignment": None}})
        stages = {kind.name: parts_of(kind.of(plain, self.workspace.project)) for kind in STAGES}
        judged = self.recipe.job.model_dump(include={"margin", "tolerance", "drift"})
        parts = {"stages": stages, "seed": plain.seed, "accept": sorted(plain.accept), **judged}
        plainly: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(parts, enc_hook=str))
        return key_of(plainly)

    def followed(self) -> Recipe:
        """Return the recipe with what keeps runs comparable: each text's split is kept, drift is told.

        Drift is told from the rows of the champion's run, unless the recipe names a reference of its own.
        """
        patch: dict[str, dict[str, Any]] = {}
        if self.recipe.split.assignment is None:
            patch["split"] = {"assignment": ASSIGNMENT}
        champion = Champions(self.workspace).current()
        if champion is not None and self.recipe.validation.reference is None:
            run = champion.now.run
            patch["validate"] = {"reference": run if self.workspace.folder_of(run).exists() else None}
        return self.recipe.patched(patch)


def run_job(
    job: Job, *, force: bool = False, listener: Listener = nobody, say: Callable[[str], None] = lambda _: None
) -> tuple[JobRecord, Outcome | None]:
    """Run a job once: nothing if nothing is new, else the pipeline, then the promotion gate.

    Whoever is to be told is told what became of it, but not that nothing was new.

    Args:
        job: which.
        force: promote the model whatever the promotion gate says, which is logged; gates on data stay.
        listener: told what happens in the pipeline.
        say: told what went wrong with telling.

    Raises:
        DatakitError: unreadable input, options that cannot be followed, a workspace in use.

    Returns:
        the record, and what the pipeline did; None where nothing was new.
    """
    started = time.monotonic()
    try:
        with refusals_told(job.workspace.root), locked(job.workspace.lock, job.command):
            call = _Call(job=job, force=force, listener=listener, started=started)
            record = call.unchanged() or call.run()
    except LockHeldError:
        raise  # somebody is at work here: that is no outcome of this job
    except Exception as error:
        code = error.exit_code if isinstance(error, DatakitError) else DatakitError.exit_code
        # What is no error of ours may quote a row.
        told = error.plainly if isinstance(error, DatakitError) else type(error).__name__
        reason = redacted(told, job.recipe.job.webhook_env)
        _tell(job, _record(job, started, outcome="failed", exit_code=code, reason=reason), say)
        raise
    _tell(job, record, say)
    return record, call.outcome


@dataclass(kw_only=True)
class _Call:
    """One call, by the holder of the lock."""

    job: Job
    force: bool
    listener: Listener
    started: float
    outcome: Outcome | None = None
    contradiction: Contradiction | None = None
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        self.job.workspace.tidy()
        self.champions.settle()
        self.fingerprint = self.job.fingerprint()

    @property
    def champions(self) -> Champions:
        return Champions(self.job.workspace)

    def unchanged(self) -> JobRecord | None:
        """Return a record that nothing is new, if so. What a gate has stopped stays stopped until it is mended."""
        last = self.job.last()
        if self.force or last is None or last.fingerprint != self.fingerprint:
            return None
        stopped = last.outcome == "gate failed"
        return self._recorded(
            outcome="nothing new",
            exit_code=last.exit_code if stopped else 0,
            reason=f"nothing new since {last.run} ({last.outcome})" + (f": {last.reason}" if stopped else ""),
            run=last.run,
            rows=last.rows,
        )

    def run(self) -> JobRecord:
        """Follow the pipeline, judge its model, and write down what became of it."""
        job, opponent = self.job, self._opponent()
        recipe = job.followed()
        gates = {"split": partial(self._contradicted, opponent)} if opponent is not None else {}
        with job.workspace.remembering(recipe):
            self.outcome = follow(
                job.workspace, recipe, "diagnose", command=job.command, listener=self.listener, gates=gates
            )
        record = self._stopped(self.outcome) if self.outcome.gate else self._judged(self.outcome, opponent)
        self._write(record)  # before old runs go: the last run of a job is none of them
        if removed := self._prune():
            record = replace(record, removed=removed)
            self._write(record)
        return record

    def _write(self, record: JobRecord) -> None:
        assert self.outcome is not None  # noqa: S101  (the caller has run the pipeline)
        write_atomically(self.outcome.folder / "job.json", to_json(record))
        write_atomically(self.job.record, to_json(record))

    def _opponent(self) -> Answers | None:
        """Return the champion to compare with; one whose run is gone is passed over if it is forced, else told."""
        champion = self.champions.current()
        if champion is None:
            return None
        answers = Answers(self.job.workspace, champion.now.run)
        if self.force and answers.gone():
            return None
        answers.require()
        return answers

    def _contradicted(self, champion: Answers, folder: Path) -> Iterator[Finding]:
        limit = self.job.recipe.job.drift
        self.contradiction = contradiction(champion, Splits.open(folder / "splits"), self.job.recipe.seed)
        finding = None if limit is None else self.contradiction.finding(limit)
        if finding is not None:
            yield finding

    def _stopped(self, outcome: Outcome) -> JobRecord:
        return self._recorded(
            outcome="gate failed",
            exit_code=EXIT_CODES["gate failed"],
            reason=f"{outcome.manifest.outcome}: " + "; ".join(f"{f.code}: {f.message}" for f in outcome.gate),
            run=outcome.manifest.run,
            **_figures(outcome),
        )

    def _judged(self, outcome: Outcome, opponent: Answers | None) -> JobRecord:
        """Promote the model of a run, or refuse it, and write down why."""
        champion = self.champions.current()
        run, figures, model = outcome.manifest.run, _figures(outcome), digest_of_model(outcome.manifest.outputs)
        if champion is not None and opponent is not None and champion.now.model == model:
            reason = f"the model is the champion's, {champion.now.run}"
            return self._recorded(outcome="unchanged champion", exit_code=0, reason=reason, run=run, **figures)
        decision = self._decision(outcome, opponent)
        reasons = decision.reasons
        if champion is not None and opponent is None:
            reasons = (f"not compared, the run of the champion {champion.now.run} is gone", *reasons)
        plain = decision.promoted and reasons == decision.reasons
        event: Event = "promoted" if plain else "forced" if self.force else "refused"
        entry = Promotion(
            time=_now(),
            event=event,
            run=run,
            reason="; ".join(reasons),
            job=self.job.name,
            against=champion.now.run if champion else None,
            model=model,
            test=outcome.manifest.outputs["splits"]["test.parquet"],
            rows=len(Answers(self.job.workspace, run).on_test),
            macro_f1=figures["macro_f1"],
        )
        if event == "refused":
            self.champions.refuse(entry)
        else:
            self.champions.promote(entry)
        became: Became = "not promoted" if event == "refused" else "promoted"
        reason = f"forced: {entry.reason}" if event == "forced" else entry.reason
        return self._recorded(
            outcome=became, exit_code=EXIT_CODES[became], reason=reason, run=run, decision=decision, **figures
        )

    def _decision(self, outcome: Outcome, champion: Answers | None) -> Decision:
        """Judge the model of the run, against that of the champion where there is one."""
        job, options = self.job, self.job.recipe.job
        if champion is None:
            shown = outcome.reports["evaluate"].figures
            low = shown["model"]["macro_f1_interval"][0]
            return first(shown["model"]["macro_f1"], low, shown["majority"]["macro_f1"])
        challenger = Answers(job.workspace, outcome.manifest.run)
        test = challenger.splits.test
        if learnt := champion.learnt(test):
            reason = (
                f"the champion has learnt from {learnt:,} of the {len(test):,} test rows, or was chosen on them: "
                "no fair comparison; keep split.assignment and seed from run to run, or start anew with --force"
            )
            return Decision(promoted=False, reasons=(reason,))
        return against_champion(
            test.label_sets,
            champion.of(test.texts),
            [given for _, given in challenger.on_test],
            margin=options.margin,
            tolerance=options.tolerance,
            seed=job.recipe.seed,
        )

    def _prune(self) -> tuple[str, ...]:
        job = self.job
        if job.recipe.job.keep is None:
            return ()
        old = old_of_job(job.workspace, job.command, job.recipe.job.keep)
        old.remove()
        return old.runs

    def _recorded(self, **told: Any) -> JobRecord:  # noqa: ANN401  (fields of the record)
        champion = self.champions.current()
        return _record(
            self.job,
            self.started,
            fingerprint=self.fingerprint,
            champion=champion.now.run if champion else None,
            contradiction=self.contradiction,
            **told,
        )


def _record(job: Job, started: float, **told: Any) -> JobRecord:  # noqa: ANN401  (fields of the record)
    told.setdefault("fingerprint", "")
    return JobRecord(job=job.name, time=_now(), seconds=round(time.monotonic() - started, 3), **told)


def _tell(job: Job, record: JobRecord, say: Callable[[str], None]) -> None:
    """Write the metrics, and tell whoever is to be told; nothing of it fails the job."""
    options = job.recipe.job
    if options.metrics is not None:
        try:
            write_metrics(job.workspace.project / options.metrics, job.name, _measured(job, record))
        except (OSError, ValueError) as error:
            say(f"metrics: {error}")
    if record.outcome != "nothing new":
        for problem in notify(told(record), webhook_env=options.webhook_env, command=options.notify):
            say(problem)


def told(record: JobRecord) -> dict[str, Any]:
    """Return what a notification holds: figures and sentences, no text of any row."""
    return {
        "text": f"datakit job {record.job}: {record.outcome}: {record.reason}",
        **{name: getattr(record, name) for name in ("job", "outcome", "exit_code", "reason", "time", "seconds")},
        **{name: getattr(record, name) for name in ("run", "champion", "rows", "macro_f1")},
    }


def _measured(job: Job, record: JobRecord) -> dict[str, float | None]:
    ended = datetime.fromisoformat(record.time).timestamp()
    champion = Champions(job.workspace).current()
    return {
        "last_run_timestamp_seconds": ended,
        "last_success_timestamp_seconds": ended if record.exit_code == 0 else None,
        "last_exit_code": record.exit_code,
        "last_duration_seconds": record.seconds,
        "champion_macro_f1": champion.now.macro_f1 if champion else None,
        "champion_timestamp_seconds": datetime.fromisoformat(champion.now.time).timestamp() if champion else None,
        "rows": record.rows,
    }


def _figures(outcome: Outcome) -> dict[str, Any]:
    """Return the figures of a run that stand in the record, as far as it got."""
    validated, evaluated = outcome.reports.get("validate"), outcome.reports.get("evaluate")
    return {
        "rows": validated.figures["profile"]["rows"] if validated else None,
        "macro_f1": evaluated.figures["model"]["macro_f1"] if evaluated else None,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

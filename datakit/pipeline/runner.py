"""Brings a pipeline up to date as far as a stage: what is unchanged is not run again."""

import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from datakit import __version__
from datakit.core.errors import DatakitError, GateError, Problem, TimedOutError, TransientError
from datakit.core.files import from_json, to_json
from datakit.core.findings import Finding, Report
from datakit.core.refusals import refusals_told
from datakit.pipeline.engines.chosen import engine_of
from datakit.pipeline.events import Event, Listener, nobody
from datakit.pipeline.keys import Difference, differences, key_of, python_version
from datakit.pipeline.limited import run_limited
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.stages import STAGES, Context, Stage
from datakit.pipeline.stages._base import parts_of
from datakit.pipeline.store import Artefact, Record, digest_of_artefact
from datakit.pipeline.workspace import Manifest, Standing, Workspace, as_yaml

MAX_PAUSE = 60.0  # seconds between two tries of a stage

#: Looks at what a stage has left in the run's folder.
Gate = Callable[[Path], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a call."""

    manifest: Manifest
    folder: Path  #: of the run
    reports: Mapping[str, Report]  #: by stage, as far as the pipeline got
    ran: tuple[str, ...]  #: stages that had to be run
    gate: tuple[Finding, ...] = ()  #: error findings that stopped the pipeline

    def require_passed(self) -> None:
        """Raise a GateError if a gate stopped the pipeline; for what cannot be done without its end."""
        if self.gate:
            raise GateError(
                *(
                    Problem(where=finding.code, got=finding.message, fix=finding.fix or "accept it by its code")
                    for finding in self.gate
                )
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What would happen to one stage."""

    stage: str
    runs: bool
    why: tuple[str, ...] = ()  #: parts of its key that differ from those in the run `against`
    key: str | None = None  #: None where it is not known before others have run
    #: run that it is compared with, the newest that got so far; of a stage that is up to date one that has it
    against: str | None = None
    differences: tuple[Difference, ...] = ()  #: the same parts, with their values


def chain(target: str) -> list[type[Stage]]:
    """Return the stages up to `target`, in order."""
    names = [stage.name for stage in STAGES]
    return list(STAGES[: names.index(target) + 1])


def bring_up_to(
    workspace: Workspace, recipe: Recipe, target: str, *, command: str, listener: Listener = nobody
) -> Outcome:
    """Run what is not up to date, as far as the stage `target`, or until a gate stops it.

    A stage whose report holds error findings that the recipe does not accept is the last one. No new run is
    written where everything is as the latest run left it.

    Raises:
        DatakitError: unreadable input, an option that cannot be followed, a workspace in use.
        KeyboardInterrupt: the user broke it off; finished stages stand.
    """
    with locked(workspace.lock, command):
        workspace.tidy()
        with workspace.remembering(recipe):
            return follow(workspace, recipe, target, command=command, listener=listener)


def follow(
    workspace: Workspace,
    recipe: Recipe,
    target: str,
    *,
    command: str,
    listener: Listener = nobody,
    gates: Mapping[str, Gate] | None = None,
) -> Outcome:
    """Do the same for who holds the lock already; the recipe is not remembered.

    After a stage that is named in `gates` its gate is asked too: an error finding that is not accepted stops
    the pipeline like one of the stage's own.
    """
    return _Run(workspace, recipe, command, listener, gates or {}).up_to(target)


def plan(workspace: Workspace, recipe: Recipe, closely: str | None = None) -> Iterator[Planned]:
    """Yield what bringing the whole pipeline up to date would do to each stage, and why.

    Args:
        workspace: how things stand.
        recipe: what is wanted.
        closely: a stage whose key is looked into also where others run before it.
    """
    artefacts: dict[str, Artefact] = {}
    waiting_for = ""
    for kind in STAGES:
        first = f"{waiting_for} runs first"
        if waiting_for and kind.name != closely:
            yield Planned(stage=kind.name, runs=True, why=(first,))
            continue
        stage = kind.of(recipe, workspace.project)
        parts = _parts(stage, recipe, artefacts, unknown=f"not known before {waiting_for} has run")
        key = key_of(parts)
        record = None if waiting_for else workspace.store.recall(key)
        if record is not None:
            artefacts |= record.outputs
            holding = _newest_run(workspace, key=key) if kind.name == closely else None
            yield Planned(stage=kind.name, runs=False, key=key, against=holding and holding[0])
            continue
        found = _newest_run(workspace, stage=kind.name)
        changed = tuple(differences(parts, found[1].parts)) if found else ()
        why = [one.part for one in changed] or ["its objects are gone" if found else "never run here"]
        yield Planned(
            stage=kind.name,
            runs=True,
            why=(first,) if waiting_for else tuple(why),
            key=None if waiting_for else key,
            against=found and found[0],
            differences=changed,
        )
        waiting_for = waiting_for or kind.name


def _newest_run(workspace: Workspace, **wanted: str) -> tuple[str, Standing] | None:
    """Return the latest run, else the newest, with a stage of this `stage` or `key`, and how it stands there."""
    latest = workspace.latest()
    earlier = workspace.history(newest_first=True)
    for run in earlier if latest is None else itertools.chain([latest], earlier):
        for standing in run.stages:
            if all(getattr(standing, name) == value for name, value in wanted.items()):
                return run.run, standing
    return None


@dataclass
class _Run:
    """One call of the runner. The run's folder is made when there is something to put into it."""

    workspace: Workspace
    recipe: Recipe
    command: str
    listener: Listener
    gates: Mapping[str, Gate]
    standings: list[Standing] = field(default_factory=list)
    reports: dict[str, Report] = field(default_factory=dict)
    artefacts: dict[str, Artefact] = field(default_factory=dict)
    manifest: Manifest | None = None

    def up_to(self, target: str) -> Outcome:
        gate: tuple[Finding, ...] = ()
        outcome = "done"
        for kind in chain(target):
            with self._accounted(kind.name):
                self._patiently(kind)
                found = self.gates[kind.name](self._folder()) if kind.name in self.gates else ()
            report = self.reports[kind.name]
            gate = replace(report, findings=(*report.findings, *found)).errors(frozenset(self.recipe.accept))
            if gate:
                outcome = f"gate failed: {kind.name}"
                break
        return self._finish(outcome, gate)

    def _patiently(self, kind: type[Stage]) -> None:
        """Bring a stage up to date; again after a while where something outside failed for now."""
        before = len(self.standings)
        for attempt in itertools.count(1):
            try:
                with refusals_told(self.workspace.root):
                    self._bring_up(kind.of(self.recipe, self.workspace.project), attempt)
            except TransientError as error:
                del self.standings[before:]
                if attempt > self.recipe.retries:
                    raise
                pause = min(2.0**attempt, MAX_PAUSE)
                tries = f"try {attempt} of {1 + self.recipe.retries} failed, the next in {pause:g} s"
                self._tell(Event(stage=kind.name, kind="retrying", note=f"{tries}: {error.plainly}"))
                time.sleep(pause)
            else:
                return

    def _bring_up(self, stage: Stage, attempt: int) -> None:
        parts = _parts(stage, self.recipe, self.artefacts)
        key = key_of(parts)
        record = self.workspace.store.recall(key)
        if record is None:
            self._tell(Event(stage=stage.name, kind="started"))
            record = self._run(stage, key, parts)
            status, seconds = "ran", record.seconds
        else:
            status, seconds = "hit", 0.0
        self.artefacts |= record.outputs
        self.standings.append(
            Standing(
                stage=stage.name,
                status=status,
                key=key,
                parts=parts,
                outputs=record.outputs,
                seconds=seconds,
                attempts=attempt,
            )
        )
        report = self.reports[stage.name] = self._report(record)
        if self.manifest is not None:
            self._lay_out(record.outputs)
            self._write("running")
        self._tell(Event(stage=stage.name, kind=status, seconds=seconds, report=report))

    def _run(self, stage: Stage, key: str, parts: dict[str, Any]) -> Record:
        folder = self._folder()
        unfinished = self.workspace.unfinished(key)
        started = time.perf_counter()
        with TemporaryDirectory(dir=self.workspace.scratch) as temporary:
            outputs = Path(temporary)
            context = Context(
                inputs={name: folder / name for name in stage.needs},
                outputs=outputs,
                aside=folder,
                unfinished=unfinished,
                shards=self.workspace.shards,
                seed=self.recipe.seed,
                engine=engine_of(self.recipe),
                progress=lambda done, total, note: self._tell(
                    Event(stage=stage.name, kind="progress", done=done, total=total, note=note)
                ),
                trackers=self.recipe.trackers,
            )
            limit = self.recipe.timeouts.of(stage.name)
            report = stage.run(context) if limit is None else run_limited(stage, context, limit)
            (outputs / "report.json").write_bytes(to_json(report))
            store = self.workspace.store
            kept = {name: store.keep(outputs / name) for name in stage.gives}
            kept[f"{stage.name}.json"] = store.keep(outputs / "report.json")
        seconds = round(time.perf_counter() - started, 3)
        record = Record(stage=stage.name, key=key, parts=parts, outputs=kept, seconds=seconds)
        store.remember(record)
        shutil.rmtree(unfinished)
        return record

    def _folder(self) -> Path:
        """Return the run's folder; the first call makes it, with the artefacts of the stages before."""
        if self.manifest is None:
            now = datetime.now(UTC)
            self.manifest = Manifest(
                # Milliseconds: two quick runs of one second must still sort in their order.
                run=f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{token_hex(3)}",
                created=now.isoformat(timespec="seconds"),
                command=self.command,
                version=__version__,
                recipe=self.recipe.as_dict(),
            )
            folder = self.workspace.folder_of(self.manifest.run)
            folder.mkdir(parents=True)
            (folder / "recipe.yaml").write_bytes(as_yaml(self.recipe))
            for standing in self.standings:
                self._lay_out(standing.outputs)
            self._write("running")
        return self.workspace.folder_of(self.manifest.run)

    def _lay_out(self, outputs: Mapping[str, Artefact]) -> None:
        for name, artefact in outputs.items():
            self.workspace.store.lay_out(artefact, self._folder() / name)

    def _report(self, record: Record) -> Report:
        return from_json(self.workspace.store.read(record.outputs[f"{record.stage}.json"]), Report)

    def _finish(self, outcome: str, gate: tuple[Finding, ...]) -> Outcome:
        latest = self.workspace.latest()
        if self.manifest is None and not (latest and latest.complete and _covers(latest, self.standings)):
            self._folder()  # nothing ran, but the latest run shows something else
        if self.manifest is not None:
            self._write(outcome)
            self.workspace.make_latest(self.manifest.run)
        shown = self.manifest or latest
        assert shown is not None  # noqa: S101  (one of the two, by the lines above)
        return Outcome(
            manifest=shown,
            folder=self.workspace.folder_of(shown.run),
            reports=self.reports,
            ran=tuple(standing.stage for standing in self.standings if standing.status == "ran"),
            gate=gate,
        )

    def _write(self, outcome: str) -> None:
        assert self.manifest is not None  # noqa: S101  (callers have made it)
        errors = {f.code for report in self.reports.values() for f in report.errors()}
        self.manifest = replace(
            self.manifest,
            stages=tuple(self.standings),
            outcome=outcome,
            accepted=tuple(sorted(errors & set(self.recipe.accept))),
        )
        self.workspace.write(self.manifest)

    @contextmanager
    def _accounted(self, stage: str) -> Iterator[None]:
        """Write down how a run ended that was broken off."""
        try:
            yield
        except BaseException as error:
            if self.manifest is not None:
                self._write(f"{_became(error)}: {stage}")
                # What is no error of ours may quote a row: its message is for the terminal, not for a log.
                self._tell(
                    Event(
                        stage=stage,
                        kind="failed",
                        note=error.plainly if isinstance(error, DatakitError) else type(error).__name__,
                    )
                )
                if isinstance(error, DatakitError) and not self.standings:
                    shutil.rmtree(self._folder())  # nothing was done: an unreadable source leaves no run behind
            raise

    def _tell(self, event: Event) -> None:
        if self.manifest is not None and event.kind != "progress":
            line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **_without_report(event)}
            with (self._folder() / "events.jsonl").open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")
        self.listener(event)


def _became(error: BaseException) -> str:
    """Return in a word how a run ended that was broken off."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return "timed out" if isinstance(error, TimedOutError) else "failed"


def _without_report(event: Event) -> dict[str, Any]:
    return {"stage": event.stage, "kind": event.kind, "seconds": event.seconds, "note": event.note}


def _covers(manifest: Manifest, standings: list[Standing]) -> bool:
    """Tell whether a run begins with just these stages."""
    return [s.key for s in manifest.stages[: len(standings)]] == [s.key for s in standings]


def _parts(stage: Stage, recipe: Recipe, artefacts: Mapping[str, Artefact], unknown: str = "") -> dict[str, Any]:
    """Return everything that a stage's output depends on, JSON-able; `unknown` stands for inputs still to come."""
    parts = {
        "stage": stage.name,
        **parts_of(stage),
        "python": python_version(),
        "inputs": {
            name: digest_of_artefact(artefacts[name]) if name in artefacts else unknown for name in stage.needs
        },
        **({"seed": recipe.seed} if stage.seeded else {}),
    }
    # Through JSON and back, so that what is compared with a manifest's is of the same types.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(parts, enc_hook=os.fspath))
    return plain

"""Brings a pipeline up to date as far as a stage: what is unchanged is not run again."""

import os
import shutil
import sys
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
from datakit.core.errors import DatakitError, GateError, Problem
from datakit.core.files import from_json, to_json
from datakit.core.findings import Finding, Report
from datakit.pipeline.engines.local import Local
from datakit.pipeline.events import Event, Listener, nobody
from datakit.pipeline.keys import differing, key_of
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.stages import STAGES, Context, Stage
from datakit.pipeline.stages._base import parts_of
from datakit.pipeline.store import Artefact, Record, digest_of_artefact
from datakit.pipeline.workspace import Manifest, Standing, Workspace, as_yaml

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
    why: tuple[str, ...] = ()  #: parts of its key that differ from those of the latest run


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


def plan(workspace: Workspace, recipe: Recipe) -> Iterator[Planned]:
    """Yield what bringing the whole pipeline up to date would do to each stage, and why."""
    latest = workspace.latest()
    before = {standing.stage: standing for standing in latest.stages} if latest else {}
    artefacts: dict[str, Artefact] = {}
    waiting_for = ""
    for kind in STAGES:
        if waiting_for:
            yield Planned(stage=kind.name, runs=True, why=(f"{waiting_for} runs first",))
            continue
        stage = kind.of(recipe, workspace.project)
        parts = _parts(stage, recipe, artefacts)
        record = workspace.store.recall(key_of(parts))
        if record is not None:
            artefacts |= record.outputs
            yield Planned(stage=kind.name, runs=False)
            continue
        waiting_for = kind.name
        old = before.get(kind.name)
        why = differing(parts, old.parts) if old else ["never run here"]
        yield Planned(stage=kind.name, runs=True, why=tuple(why or ["its objects are gone"]))


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
                self._bring_up(kind.of(self.recipe, self.workspace.project))
                found = self.gates[kind.name](self._folder()) if kind.name in self.gates else ()
            report = self.reports[kind.name]
            gate = replace(report, findings=(*report.findings, *found)).errors(frozenset(self.recipe.accept))
            if gate:
                outcome = f"gate failed: {kind.name}"
                break
        return self._finish(outcome, gate)

    def _bring_up(self, stage: Stage) -> None:
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
                stage=stage.name, status=status, key=key, parts=parts, outputs=record.outputs, seconds=seconds
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
            report = stage.run(
                Context(
                    inputs={name: folder / name for name in stage.needs},
                    outputs=outputs,
                    aside=folder,
                    unfinished=unfinished,
                    seed=self.recipe.seed,
                    engine=Local(workers=self.recipe.workers),
                    progress=lambda done, total, note: self._tell(
                        Event(stage=stage.name, kind="progress", done=done, total=total, note=note)
                    ),
                )
            )
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
                self._write(f"{'interrupted' if isinstance(error, KeyboardInterrupt) else 'failed'}: {stage}")
                self._tell(Event(stage=stage, kind="failed", note=str(error)))
                if isinstance(error, DatakitError) and not self.standings:
                    shutil.rmtree(self._folder())  # nothing was done: an unreadable source leaves no run behind
            raise

    def _tell(self, event: Event) -> None:
        if self.manifest is not None and event.kind != "progress":
            line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **_without_report(event)}
            with (self._folder() / "events.jsonl").open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")
        self.listener(event)


def _without_report(event: Event) -> dict[str, Any]:
    return {"stage": event.stage, "kind": event.kind, "seconds": event.seconds, "note": event.note}


def _covers(manifest: Manifest, standings: list[Standing]) -> bool:
    """Tell whether a run begins with just these stages."""
    return [s.key for s in manifest.stages[: len(standings)]] == [s.key for s in standings]


def _parts(stage: Stage, recipe: Recipe, artefacts: Mapping[str, Artefact]) -> dict[str, Any]:
    """Return everything that a stage's output depends on, JSON-able."""
    parts = {
        "stage": stage.name,
        **parts_of(stage),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "inputs": {name: digest_of_artefact(artefacts[name]) for name in stage.needs},
        "seed": recipe.seed,
    }
    # Through JSON and back, so that what is compared with a manifest's is of the same types.
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(parts, enc_hook=os.fspath))
    return plain

"""The champion: the model that predictions are made with, and the log of how it came to be.

refs/models/champion.json     the champion, and those before it, the newest first; replaced atomically
promotions.jsonl              what was decided, a line each: promotions, refusals, roll-backs
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json, to_json, write_atomically
from datakit.pipeline.jobs.lines import append_line, lines_of
from datakit.pipeline.store import Artefact, digest_of_artefact
from datakit.pipeline.workspace import Manifest, Workspace

#: Artefacts that predictions are made with.
PREDICTS = ("model", "calibration.json", "thresholds.json")

Event = Literal["promoted", "forced", "refused", "rolled back"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Promotion:
    """One line of the log: what was decided about the model of a run."""

    time: str  #: ISO 8601, UTC
    event: Event
    run: str
    reason: str  #: sentences
    job: str | None = None
    against: str | None = None  #: run of the champion that stood before
    model: str | None = None  #: digest of the model
    test: str | None = None  #: digest of the test split that it was judged on
    rows: int | None = None  #: of that split
    macro_f1: float | None = None  #: on it


@dataclass(frozen=True, kw_only=True, slots=True)
class Champion:
    """The model that stands, and those that stood before it."""

    now: Promotion
    former: tuple[Promotion, ...]  #: the newest first
    entry: Promotion  #: the line of the log that goes with this state
    schema_version: int = 1


def digest_of_model(outputs: Mapping[str, Artefact]) -> str:
    """Return one digest of all that predictions are made with, of the artefacts of a run that was evaluated."""
    return digest_of_artefact({f"{name}/{file}": one for name in PREDICTS for file, one in outputs[name].items()})


def model_of(run: Manifest) -> str | None:
    """Return the same of a run that may not have got so far; None where it was not evaluated."""
    return digest_of_model(run.outputs) if "metrics.json" in run.outputs else None


@dataclass(frozen=True)
class Champions:
    """The champion of a workspace; only the holder of its lock may change it."""

    workspace: Workspace

    @property
    def log(self) -> Path:
        """The log of promotions."""
        return self.workspace.root / "promotions.jsonl"

    @property
    def _ref(self) -> Path:
        return self.workspace.root / "refs" / "models" / "champion.json"

    def current(self) -> Champion | None:
        """Return the champion, if there is one."""
        return from_json(self._ref.read_bytes(), Champion) if self._ref.exists() else None

    def entries(self) -> list[Promotion]:
        """Return the log, the oldest line first."""
        return lines_of(self.log, Promotion)

    def settle(self) -> None:
        """Write the line of the log that a process killed between champion and log has left out."""
        champion = self.current()
        if champion is not None and champion.entry not in self.entries():
            self._append(champion.entry)

    def promote(self, entry: Promotion) -> None:
        """Make the model of a run the champion. The one before it is kept, to come back to."""
        before = self.current()
        former = (before.now, *before.former) if before else ()
        self._write(Champion(now=entry, former=former, entry=entry))

    def refuse(self, entry: Promotion) -> None:
        """Write down why a model was not promoted."""
        self._append(entry)

    def roll_back(self, *, time: str, reason: str) -> Champion:
        """Put the champion before this one back.

        Raises:
            UsageError: there is none, or its model is gone.
        """
        champion = self.current()
        if champion is None or not champion.former:
            got = "no champion here yet" if champion is None else f"no champion before {champion.now.run}"
            raise UsageError(Problem(where=str(self.workspace.project), got=got, fix="see datakit history"))
        back, *earlier = champion.former
        if not (self.workspace.folder_of(back.run) / "model").is_dir():
            fix = "train again: datakit job run NAME --force"
            raise UsageError(Problem(where=back.run, got="the model of that run is gone", fix=fix))
        entry = Promotion(
            time=time,
            event="rolled back",
            run=back.run,
            reason=reason,
            against=champion.now.run,
            model=back.model,
            test=back.test,
            rows=back.rows,
            macro_f1=back.macro_f1,
        )
        restored = Champion(now=back, former=tuple(earlier), entry=entry)
        self._write(restored)
        return restored

    def _write(self, champion: Champion) -> None:
        write_atomically(self._ref, to_json(champion))
        self._append(champion.entry)

    def _append(self, entry: Promotion) -> None:
        append_line(self.log, entry)


def chosen(workspace: Workspace, name: str | None) -> Manifest | None:
    """Return the run that a name means: `champion`, `latest`, or an id or the beginning of one.

    Without a name the champion is meant, where there is one, else the latest run; None if there is neither.

    Raises:
        UsageError: no such run, or several.
    """
    champion = Champions(workspace).current() if name in (None, "champion") else None
    if champion is not None:
        return workspace.manifest(champion.now.run)
    if name == "champion":
        fix = "datakit job run NAME promotes one"
        raise UsageError(Problem(where=str(workspace.project), got="no champion here yet", fix=fix))
    return workspace.latest() if name in (None, "latest") else workspace.manifest(name)

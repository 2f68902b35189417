"""What became of one row: its line in the source, its split, what made it, and the models that saw it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from datakit.core.corpus import edits_of
from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.core.names import nearest
from datakit.pipeline.jobs.champion import Champions, model_of
from datakit.pipeline.jobs.lines import lines_of
from datakit.pipeline.workspace import Manifest, Workspace

_NEAR = 5  # ids named where one is not known


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """How an augmented row was made."""

    parent: str  #: id of the row it was made from
    operator: str
    k: int  #: its place in the operator's stream for the parent
    edits: tuple[tuple[int, int, str], ...]  #: parent[start:stop] was replaced by a text


@dataclass(frozen=True, kw_only=True, slots=True)
class Station:
    """What one run did with a row."""

    run: str
    source: str | None  #: `path:line`, of an augmented row its parent's; None where no file holds it
    place: str  #: `train`, `validation`, `test`, `quarantine`, `left out`, or `usable` where nothing was split
    told: tuple[str, ...]  #: sentences
    findings: tuple[str, ...]  #: codes of those that name the row
    children: int  #: augmented rows made from it
    model: str | None  #: digest of the model that learnt from it, was chosen by it or tested on it
    champion: bool  #: whether that is the champion


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """One row and all runs that had it, the newest first."""

    id: str | None  #: None of a row in quarantine that has none
    text: str  #: of a row in quarantine all of it as found
    labels: tuple[str, ...]
    made: Made | None
    stations: tuple[Station, ...]


def trace_row(workspace: Workspace, name: str) -> Trace | None:
    """Trace a row by its id, a unique beginning of it, or `FILE:LINE`; None if no run has or had such a row.

    Raises:
        UsageError: several rows begin so.
    """
    runs = [_Run(workspace, manifest) for manifest in workspace.history(newest_first=True)]
    place = re.fullmatch(r"(.+):(\d+)", name)
    for run in runs:
        exact = run.row_at(place[1], int(place[2])) if place else run.row(name)
        if exact is not None:
            return _traced(runs, exact)
        if not place and (found := run.beginning(name)):
            if len(found) > 1:
                some = ", ".join(found[:_NEAR])
                raise UsageError(
                    Problem(where=name, got=f"{len(found):,} rows begin so", fix=f"give more of it: {some}")
                )
            return _traced(runs, run.row(found[0]) or {})
    for run in runs:
        for reject in run.quarantine:
            at_place = place is not None and run.is_at(reject, place[1], int(place[2]))
            if at_place or (not place and run.id_in(reject) == name):
                return _rejected(runs, run, reject)
    return None


def near(workspace: Workspace, name: str) -> list[str]:
    """Return ids of the newest run with rows that are written most like `name`."""
    for manifest in workspace.history(newest_first=True):
        if ids := _Run(workspace, manifest).ids:
            return nearest(name, ids, _NEAR)
    return []


def _traced(runs: Sequence["_Run"], row: Mapping[str, Any]) -> Trace:
    stations = [station for run in runs if (station := run.station(row["id"])) is not None]
    made = None
    if row["parent"] is not None:
        made = Made(parent=row["parent"], operator=row["op"], k=row["k"], edits=edits_of(row))
    labels = row["labels"] if row["labels"] is not None else [row["label"]]
    return Trace(id=row["id"], text=row["text"], labels=tuple(labels), made=made, stations=tuple(stations))


def _rejected(runs: Sequence["_Run"], found_in: "_Run", reject: Mapping[str, Any]) -> Trace:
    """Trace a row of the quarantine: by what stood in the file."""
    stations = [
        Station(
            run=run.manifest.run,
            source=run.source(one["split"], one["line"]),
            place="quarantine",
            told=(f"{one['code']}: {one['reason']}",),
            findings=(one["code"],),
            children=0,
            model=None,
            champion=False,
        )
        for run in runs
        for one in run.quarantine
        if one["raw"] == reject["raw"] and one["line"] == reject["line"]
    ]
    return Trace(id=found_in.id_in(reject), text=reject["raw"], labels=(), made=None, stations=tuple(stations))


@dataclass
class _Run:
    """A run, and the rows in it; a file is only read where it is asked for."""

    workspace: Workspace
    manifest: Manifest

    @property
    def folder(self) -> Path:
        return self.workspace.folder_of(self.manifest.run)

    @property
    def ids(self) -> list[str]:
        """Return the ids of all usable rows and of those that were made, sorted."""
        import pyarrow.parquet as pq

        found: set[str] = set()
        for path in (*self._usable.values(), self._augmented):
            if path.exists():
                found.update(pq.read_table(path, columns=["id"]).column("id").to_pylist())
        return sorted(found)

    @property
    def quarantine(self) -> list[dict[str, Any]]:
        return lines_of(self.folder / "quarantine.jsonl", dict[str, Any])

    @property
    def _usable(self) -> dict[str, Path]:
        return {path.stem: path for path in sorted((self.folder / "usable").glob("*.parquet"))}

    @property
    def _augmented(self) -> Path:
        return self.folder / "augmented.parquet"

    def row(self, id_: str) -> dict[str, Any] | None:
        """Return a row by its id."""
        found = (_rows(path, id=id_) for path in (*self._usable.values(), self._augmented))
        return next((row for rows in found for row in rows), None)

    def row_at(self, path: str, line: int) -> dict[str, Any] | None:
        """Return the usable row of a line of a source file."""
        for split, usable in self._usable.items():
            if self._is_source(split, path):
                for row in _rows(usable, line=line):
                    return row
        return None

    def beginning(self, start: str) -> list[str]:
        """Return the ids that begin so."""
        return [id_ for id_ in self.ids if id_.startswith(start)]

    def is_at(self, reject: Mapping[str, Any], path: str, line: int) -> bool:
        """Tell whether a row of the quarantine stood there."""
        return bool(reject["line"] == line and self._is_source(reject["split"], path))

    def id_in(self, reject: Mapping[str, Any]) -> str | None:
        """Return the id of a row of the quarantine: by the finding that names it, or as it stands in its JSON."""
        report = self._report("validate")
        for finding in report.findings:
            if finding.code == reject["code"] and len(finding.rows) == len(finding.lines):
                known = dict(zip(finding.lines, finding.rows, strict=True))
                if reject["line"] in known:
                    return known[reject["line"]]
        column = report.figures["columns"].get("id")
        try:
            row = msgspec.json.decode(reject["raw"])
        except msgspec.DecodeError:
            return None
        return str(row[column]) if column is not None and isinstance(row, dict) and column in row else None

    def source(self, split: str, line: int | None) -> str | None:
        """Return where a row of a source file stood."""
        return None if line is None else f"{self._sources().get(split)}:{line}"

    def station(self, id_: str) -> Station | None:
        """Return what the run did with a row; None if it did not have it."""
        usable = [(split, row) for split, path in self._usable.items() for row in _rows(path, id=id_)]
        made = next(_rows(self._augmented, parent=True, id=id_), None)
        if not usable and made is None:
            return None
        if usable:
            ((given, row), *_) = usable
            source, place = self.source(given, row["line"]), self._place(id_)
        else:
            assert made is not None  # noqa: S101  (one of the two, by the lines above)
            parent = next((one for path in self._usable.values() for one in _rows(path, id=made["parent"])), None)
            source, place = self.source("train", parent["line"]) if parent else None, "train"
        findings = [
            one for stage in ("validate", "split") for one in self._report(stage).findings if id_ in one.rows
        ]
        model = model_of(self.manifest) if place in _SEEN else None
        champion = Champions(self.workspace).current()
        left_out = [f"{one.code}: {one.message}" for one in findings if one.code in _LEFT_OUT]
        return Station(
            run=self.manifest.run,
            source=source,
            place=place,
            told=tuple(left_out if place == "left out" else self._told(id_, place)),
            findings=tuple(dict.fromkeys(one.code for one in findings)),
            children=sum(1 for _ in _rows(self._augmented, parent=id_)),
            model=model,
            champion=model is not None and champion is not None and champion.now.model == model,
        )

    def _place(self, id_: str) -> str:
        splits = self.folder / "splits"
        if not splits.is_dir():
            return "usable"
        return next((path.stem for path in splits.glob("*.parquet") if any(_rows(path, id=id_))), "left out")

    def _told(self, id_: str, place: str) -> Iterator[str]:
        """Yield what a training and its test did with the row."""
        if "history.json" not in self.manifest.outputs:
            yield f"no model was trained: {self.manifest.outcome}"
        elif place == "test" and (answers := self.folder / "predictions.jsonl").exists():
            for line in answers.read_bytes().splitlines():
                answer = msgspec.json.decode(line)
                if answer["id"] == id_:
                    right = "rightly" if answer["predicted"] == answer["label"] else "wrongly"
                    yield f"the model was tested on it, and {right} said {answer['predicted']}"
        elif place in _SEEN:
            yield _SEEN[place]

    def _report(self, stage: str) -> Report:
        path = self.folder / f"{stage}.json"
        return from_json(path.read_bytes(), Report) if path.exists() else Report(stage=stage)

    def _sources(self) -> dict[str, str]:
        source = self.manifest.recipe["source"]
        named = {"train": source["path"], "validation": source.get("validation"), "test": source.get("test")}
        return {split: path for split, path in named.items() if path is not None}

    def _is_source(self, split: str, path: str) -> bool:
        named = self._sources().get(split)
        return named is not None and (named == path or Path(named).name == path)


#: What a model has to do with the rows of a split.
_SEEN = {
    "train": "the model has learnt from it",
    "validation": "the epoch that was kept was chosen by it",
    "test": "the model was tested on it",
}

#: Findings of `split` that say why a row is in no split.
_LEFT_OUT = ("withheld-rows", "bridging-rows", "augmented-held-out")


def _rows(path: Path, **wanted: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (a value of a column)
    """Yield the rows of a file of rows in which columns have these values, or, if it is True, any."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    if not path.exists():
        return
    terms = [
        pc.is_valid(pc.field(name)) if value is True else pc.field(name) == value for name, value in wanted.items()
    ]
    condition = terms[0]
    for term in terms[1:]:
        condition &= term
    # Most files have no such row, and the texts take five times as long to read as the ids.
    if pq.read_table(path, columns=list(wanted), filters=condition).num_rows:
        yield from pq.read_table(path, filters=condition).to_pylist()

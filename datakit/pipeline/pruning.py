"""Old runs are removed, with what no other run needs: for the `keep` of jobs, and for `datakit gc`.

A kill at any moment leaves a workspace that can be used: first go the manifests, without which a folder is no run,
then the records of the cache, without which a stage is run again, then the objects that nothing names any more.
What is left half done is done by the next call.
"""

import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datakit.core.errors import DatakitError
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.pipeline.jobs.champion import Champions
from datakit.pipeline.jobs.lines import lines_of
from datakit.pipeline.runner import plan
from datakit.pipeline.stages.augment import ROUNDS
from datakit.pipeline.store import Record, digest_of_artefact
from datakit.pipeline.workspace import Manifest, Workspace


@dataclass(frozen=True, kw_only=True, slots=True)
class Garbage:
    """What nobody needs any more."""

    runs: tuple[str, ...]  #: ids
    folders: tuple[Path, ...]  #: of these runs
    records: tuple[Path, ...]  #: files of the cache
    objects: tuple[Path, ...]
    besides: tuple[Path, ...] = ()  #: folders of checkpoints and shards

    def bytes(self) -> int:
        """Return by how much the disk is emptier without it. A file with a hard link that stays counts nothing."""
        seen: Counter[tuple[int, int, int, int]] = Counter()
        for path in self._files():
            one = path.stat()
            seen[one.st_dev, one.st_ino, one.st_nlink, one.st_size] += 1
        return sum(size for (*_, links, size), n in seen.items() if n == links)

    def remove(self) -> None:
        """Remove it; only for the holder of the lock."""
        for folder in self.folders:
            (folder / "manifest.json").unlink(missing_ok=True)
        for path in (*self.records, *self.objects):
            path.unlink(missing_ok=True)
        for folder in (*self.folders, *self.besides):
            shutil.rmtree(folder)

    def _files(self) -> Iterator[Path]:
        yield from self.records
        yield from self.objects
        for folder in (*self.folders, *self.besides):
            yield from (path for path in folder.rglob("*") if path.is_file())


def standing(workspace: Workspace) -> dict[str, str]:
    """Return the runs that stay however old they are, each with the reason."""
    stay: dict[str, str] = {}
    for path in workspace.jobs:
        run = from_json(path.read_bytes(), dict[str, Any]).get("run")
        if run is not None:
            stay[run] = f"the last of job {path.stem}"
    if (champion := Champions(workspace).current()) is not None:
        stay |= {former.run: "the champion before" for former in champion.former[:1]}
        stay[champion.now.run] = "the champion"
    if (latest := workspace.latest()) is not None:
        stay[latest.run] = "the latest"
    return stay


def old_of_job(workspace: Workspace, command: str, keep: int) -> Garbage:
    """Return all but the newest runs of a job, but for those that stay anyway, with what only they hold.

    Args:
        workspace: whose runs.
        command: runs of other commands stay: a person has made them.
        keep: runs of the job that stay.
    """
    runs = list(workspace.history())
    stay = standing(workspace)
    old = [run for run in runs if run.command == command][:-keep]
    doomed = [run for run in old if run.run not in stay]
    kept = [run for run in runs if run not in doomed]
    store, needed = workspace.store, _Needed.by(kept)
    gone = {one.key for run in doomed for one in run.stages}
    records = [path for path, record in store.records() if record and record.key in gone - needed.keys]
    return Garbage(
        runs=tuple(run.run for run in doomed),
        folders=tuple(workspace.folder_of(run.run) for run in doomed),
        records=tuple(records),
        objects=tuple(map(store.object_of, sorted({d for run in doomed for d in run.digests} - needed.digests))),
    )


def garbage(workspace: Workspace, keep: int) -> Garbage:
    """Return all but the newest runs, but for those that stay anyway, and all that no run needs which is left.

    What stays beside them: the answers of comparisons on the splits of a run that stays, the searches of `tune`,
    the checkpoints that the next call would go on from, and the shards of augmentation of runs that stay.

    Args:
        workspace: to be tidied.
        keep: runs that stay, besides those of `standing`, what these were repaired from, and the reference.
    """
    runs = list(workspace.history())
    stay = {*standing(workspace), *(run.run for run in runs[-keep:]), *_reference(workspace, runs)}
    stay |= {one for run in stay for one in _repaired_from(workspace.folder_of(run))}
    kept, doomed = ([run for run in runs if (run.run in stay) is one] for one in (True, False))
    store, needed = workspace.store, _Needed.by(kept)
    records: list[Path] = []
    digests = set(needed.digests)
    for path, record in store.records():
        if record is not None and needed.record(record):
            digests |= record.digests
        else:
            records.append(path)
    return Garbage(
        runs=tuple(run.run for run in doomed),
        folders=tuple(workspace.folder_of(run.run) for run in doomed),
        records=tuple(records),
        objects=tuple(path for path in store.objects() if path.name not in digests),
        besides=(*_abandoned(workspace), *_unused_shards(workspace, kept)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Needed:
    """What runs need of the store."""

    keys: set[str]
    digests: set[str]
    splits: set[str]  #: digests of these artefacts: what comparisons are about

    @classmethod
    def by(cls, runs: Collection[Manifest]) -> "_Needed":
        outputs = [one.outputs["splits"] for run in runs for one in run.stages if "splits" in one.outputs]
        return cls(
            keys={one.key for run in runs for one in run.stages},
            digests={digest for run in runs for digest in run.digests},
            splits={digest_of_artefact(artefact) for artefact in outputs},
        )

    def record(self, record: Record) -> bool:
        """Tell whether a record of the cache is needed: that of a stage, or of a comparison's model."""
        return record.key in self.keys or record.parts.get("splits") in self.splits


def _reference(workspace: Workspace, runs: Collection[Manifest]) -> list[str]:
    """Return the run that the rows are compared with, if the remembered recipe names one."""
    try:
        named = workspace.recipe().validation.reference
    except DatakitError:
        return []
    return [run.run for run in runs if named is not None and run.run.startswith(named)]


def _repaired_from(folder: Path) -> list[str]:
    """Return the trainings that a repair has compared."""
    path = folder / "repair.json"
    if not path.exists():
        return []
    return [one["run"] for one in from_json(path.read_bytes(), dict[str, Any])["trainings"]]


def _abandoned(workspace: Workspace) -> list[Path]:
    """Return the checkpoints that no call would go on from; none where that cannot be told now."""
    left = list((workspace.root / "unfinished").glob("*"))
    try:
        wanted = {one.key for one in plan(workspace, workspace.recipe()) if one.runs} if left else set()
    except DatakitError:
        return []
    return [folder for folder in left if folder.name not in wanted]


def _unused_shards(workspace: Workspace, kept: Collection[Manifest]) -> list[Path]:
    """Return the folders of shards that none of the runs has used; see `augmentation.shards`.

    What `datakit worker` has done since the last run was written is there to be used by the next.
    """
    used: set[str] = set()
    for folder in (workspace.folder_of(run.run) for run in kept):
        report, log = folder / "augment.json", folder / ROUNDS
        if report.exists():
            used.update(from_json(report.read_bytes(), Report).figures.get("shelves", ()))
        used.update(one["shelf"] for one in lines_of(log, dict[str, Any]))  # of a run that was killed meanwhile
    written = [(workspace.folder_of(run.run) / "manifest.json").stat().st_mtime for run in kept]
    return [
        folder
        for folder in sorted(workspace.shards.glob("*"))
        if folder.name not in used and folder.stat().st_mtime <= max(written, default=0.0)
    ]

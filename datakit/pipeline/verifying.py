"""Hashes again all that is kept here, and says to which runs and stages belongs what is not as it was."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from datakit.core.files import digest_of
from datakit.pipeline.workspace import Manifest, Workspace

#: `damaged`: an object's content is another one. `missing`: an object that a run names is gone. `changed`: a file
#: of a run is gone, or not the object that belongs there. `unreadable`: a record of the cache. `stray`: an object
#: or a record that no run needs, as killed runs and old ones that were removed leave them.
Kind = Literal["damaged", "missing", "changed", "unreadable", "stray"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is not as it was, or that nobody names."""

    kind: Kind
    path: Path
    digest: str | None  #: that it should have, or of the object that should be there; None of a record
    owners: tuple[str, ...]  #: `<run> <stage> <file>` of each that it belongs to, or `cache <stage>`


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What was found."""

    objects: int  #: that were hashed
    bytes: int  #: of these
    files: int  #: of runs that were looked at
    faults: tuple[Fault, ...]

    @property
    def wrong(self) -> tuple[Fault, ...]:
        """The faults but for what is only of no use: strays are no damage."""
        return tuple(fault for fault in self.faults if fault.kind != "stray")


def verify(workspace: Workspace) -> Verified:
    """Look at every object, every record of the cache, and every file that a stage has given to a run.

    A file of a run is a hard link to its object, so who edits the one changes the other: that is found at the
    object. A file that was replaced is found in the run. Only for the holder of the lock.
    """
    runs = list(workspace.history())
    owners = _owners(workspace, runs)
    objects = {path.name: path for path in workspace.store.objects()}
    faults: list[Fault] = []
    total = 0
    for digest, path in objects.items():
        total += path.stat().st_size
        if digest_of(path) != digest:
            faults.append(Fault(kind="damaged", path=path, digest=digest, owners=owners.get(digest, ())))
        elif digest not in owners:
            faults.append(Fault(kind="stray", path=path, digest=digest, owners=()))
    named = {digest for run in runs for digest in run.digests}
    faults += [
        Fault(
            kind="missing",
            path=workspace.store.object_of(digest),
            digest=digest,
            owners=owners[digest],
        )
        for digest in sorted(named - objects.keys())
    ]
    faults += _of_records(workspace, objects)
    files = [one for run in runs for one in _files(workspace, run)]
    faults += [
        Fault(kind="changed", path=path, digest=digest, owners=(owner,))
        for owner, path, digest in files
        if not _as_kept(path, objects.get(digest), digest)
    ]
    return Verified(objects=len(objects), bytes=total, files=len(files), faults=tuple(faults))


@dataclass(frozen=True, kw_only=True, slots=True)
class Mended:
    """What was done about faults."""

    removed: tuple[Path, ...]
    put_back: tuple[Path, ...]  #: from where the same content still was


def mend(workspace: Workspace, found: Verified) -> Mended:
    """Remove what is damaged, and put back what is still there in another place.

    A stage whose object is gone is a miss: the next call makes it again, and as it gives the same bytes, the next
    `mend` lays it out in the runs that lack it. Only for the holder of the lock.
    """
    removed: list[Path] = []
    put_back: list[Path] = []
    store = workspace.store
    files = [(path, digest) for run in workspace.history() for _, path, digest in _files(workspace, run)]
    places = {kind: {one.path for one in found.faults if one.kind == kind} for kind in get_args(Kind)}
    for path, digest in files:
        kept = store.object_of(digest)
        if path in places["changed"] or (kept in places["damaged"] and path.exists() and path.samefile(kept)):
            if path.exists():
                path.unlink()
                removed.append(path)
        elif kept in places["missing"] and not kept.exists() and path.exists():
            os.link(path, kept)
            put_back.append(kept)
    for path in (*places["damaged"], *places["unreadable"]):
        path.unlink()
        removed.append(path)
    for path, digest in files:
        if not path.exists() and store.object_of(digest).exists():
            store.lay_out({"": digest}, path)
            put_back.append(path)
    return Mended(removed=tuple(removed), put_back=tuple(put_back))


def _owners(workspace: Workspace, runs: list[Manifest]) -> Mapping[str, tuple[str, ...]]:
    """Return by digest who names an object: runs, and records of the cache of which no run is left."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for run in runs:
        for owner, _, digest in _files(workspace, run):
            found[digest].append(owner)
    keys = {standing.key for run in runs for standing in run.stages}
    for _, record in workspace.store.records():
        if record is not None and record.key not in keys:
            for digest in record.digests:
                found[digest].append(f"cache {record.stage}")
    return {digest: tuple(named) for digest, named in found.items()}


def _files(workspace: Workspace, run: Manifest) -> Iterator[tuple[str, Path, str]]:
    """Yield the files that stages have given to a run: whose each is, where it is, and its digest."""
    folder = workspace.folder_of(run.run)
    for standing in run.stages:
        for name, artefact in standing.outputs.items():
            for relative, digest in artefact.items():
                path = folder / name / relative if relative else folder / name
                yield f"{run.run} {standing.stage} {path.relative_to(folder)}", path, digest


def _of_records(workspace: Workspace, objects: Mapping[str, Path]) -> Iterator[Fault]:
    """Yield the records of the cache that cannot be read, and those whose objects are gone."""
    for path, record in workspace.store.records():
        if record is None:
            yield Fault(kind="unreadable", path=path, digest=None, owners=())
        elif not record.digests <= objects.keys():
            yield Fault(kind="stray", path=path, digest=None, owners=(f"cache {record.stage}",))


def _as_kept(path: Path, kept: Path | None, digest: str) -> bool:
    """Tell whether a file of a run is its object; one that is no link to it has to have its content."""
    if not path.exists():
        return kept is None  # the object is what is told as missing
    return (kept is not None and path.samefile(kept)) or digest_of(path) == digest

"""Content-addressed objects, and the cache that says which stage made which.

objects/ab/<sha256>     content, read-only
cache/ab/<key>.json     a stage's key -> what it gave, written after the objects it names
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import msgspec

from datakit.core.files import digest_of, from_json, to_json, write_atomically

# What is read from a record must not lead out of the store or the run's folder, whoever has written it.
Inside = Annotated[str, msgspec.Meta(pattern=r"^(?!/)(?!(.*/)?\.\.(/|$))")]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]

# An artefact is a folder or a single file: its files by path relative to the folder, "" for a single file.
Artefact = dict[Inside, Digest]

_DIGITS = 64  # of a SHA-256 in hex


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What a stage gave for one key."""

    stage: str
    key: str
    parts: dict[str, Any]  #: what the key was made of
    outputs: dict[Inside, Artefact]
    seconds: float  #: wall time of the run that made it
    #: of each object, by its digest; filled in by the store
    sizes: dict[str, int] = field(default_factory=dict, compare=False)

    @property
    def digests(self) -> set[str]:
        """Return the digests of all objects that it names."""
        return named_by(self.outputs)


@dataclass(frozen=True)
class Store:
    """The objects and the cache below one folder."""

    root: Path

    def keep(self, path: Path) -> Artefact:
        """Move a file, or all files of a folder, into the store."""
        if path.is_file():
            return {"": self._keep_file(path)}
        files = sorted(p for p in path.rglob("*") if p.is_file())
        return {p.relative_to(path).as_posix(): self._keep_file(p) for p in files}

    def lay_out(self, artefact: Artefact, path: Path) -> None:
        """Make the artefact readable at `path`: as hard links where the file system allows, else as copies."""
        for relative, digest in artefact.items():
            target = path / relative if relative else path
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(self.object_of(digest), target)
                except OSError:
                    shutil.copy2(self.object_of(digest), target)

    def read(self, artefact: Artefact) -> bytes:
        """Return the content of an artefact that is a single file."""
        return self.object_of(artefact[""]).read_bytes()

    def remember(self, record: Record) -> None:
        """Write down what a stage gave; its objects are there already."""
        sizes = {digest: self.object_of(digest).stat().st_size for digest in sorted(record.digests)}
        write_atomically(self._cached(record.key), to_json(replace(record, sizes=sizes)))

    def recall(self, key: str) -> Record | None:
        """Return what a stage gave for `key`, if it is known and every object of it is there in its full size.

        A size costs no more than to see that a file is there, and tells what was cut short; see `verifying` for
        the rest.
        """
        try:
            record = from_json(self._cached(key).read_bytes(), Record)
        except (FileNotFoundError, ValueError):  # never made, or an older datakit's: make it anew
            return None
        return record if all(self._size(digest) == record.sizes.get(digest) for digest in record.digests) else None

    def forget(self, digest: str) -> None:
        """Remove an object; stages that gave it are misses from then on."""
        self.object_of(digest).unlink(missing_ok=True)

    def objects(self) -> Iterator[Path]:
        """Yield the files of all objects, sorted; what a killed process has left half-moved is none."""
        return (path for path in sorted(self.root.glob("objects/??/*")) if len(path.name) == _DIGITS)

    def records(self) -> Iterator[tuple[Path, Record | None]]:
        """Yield the files of the cache, sorted, and what they say; None of one that cannot be read."""
        for path in sorted(self.root.glob("cache/??/*.json")):
            try:
                yield path, from_json(path.read_bytes(), Record)
            except ValueError:
                yield path, None

    def object_of(self, digest: str) -> Path:
        """Return where an object is kept."""
        return self.root / "objects" / digest[:2] / digest

    def _keep_file(self, path: Path) -> str:
        digest = digest_of(path)
        target = self.object_of(digest)
        if self._size(digest) != path.stat().st_size:  # not there, or cut short
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(0o444)
            path.replace(target)
        return digest

    def _size(self, digest: str) -> int | None:
        try:
            return self.object_of(digest).stat().st_size
        except FileNotFoundError:
            return None

    def _cached(self, key: str) -> Path:
        return self.root / "cache" / key[:2] / f"{key}.json"


def named_by(outputs: Mapping[str, Artefact]) -> set[str]:
    """Return the digests of all objects that some artefacts are made of."""
    return {digest for artefact in outputs.values() for digest in artefact.values()}


def digest_of_artefact(artefact: Mapping[str, str]) -> str:
    """Return one SHA-256 for an artefact: that of its file names and their digests."""
    return sha256(msgspec.json.encode(artefact, order="sorted")).hexdigest()

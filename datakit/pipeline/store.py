"""Content-addressed objects, and the cache that says which stage made which.

objects/ab/<sha256>     content, read-only
cache/ab/<key>.json     a stage's key -> what it gave, written after the objects it names
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from datakit.core.files import digest_of, from_json, to_json, write_atomically

# An artefact is a folder or a single file: its files by path relative to the folder, "" for a single file.
Artefact = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What a stage gave for one key."""

    stage: str
    key: str
    parts: dict[str, Any]  #: what the key was made of
    outputs: dict[str, Artefact]
    seconds: float  #: wall time of the run that made it


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
                    os.link(self._object(digest), target)
                except OSError:
                    shutil.copy2(self._object(digest), target)

    def read(self, artefact: Artefact) -> bytes:
        """Return the content of an artefact that is a single file."""
        return self._object(artefact[""]).read_bytes()

    def remember(self, record: Record) -> None:
        """Write down what a stage gave; its objects are there already."""
        write_atomically(self._cached(record.key), to_json(record))

    def recall(self, key: str) -> Record | None:
        """Return what a stage gave for `key`, if it is known and every object of it still exists."""
        try:
            record = from_json(self._cached(key).read_bytes(), Record)
        except (FileNotFoundError, ValueError):  # never made, or an older datakit's: make it anew
            return None
        digests = (digest for artefact in record.outputs.values() for digest in artefact.values())
        return record if all(self._object(digest).exists() for digest in digests) else None

    def forget(self, digest: str) -> None:
        """Remove an object; stages that gave it are misses from then on."""
        self._object(digest).unlink(missing_ok=True)

    def _keep_file(self, path: Path) -> str:
        digest = digest_of(path)
        target = self._object(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.chmod(0o444)
            path.replace(target)
        return digest

    def _object(self, digest: str) -> Path:
        return self.root / "objects" / digest[:2] / digest

    def _cached(self, key: str) -> Path:
        return self.root / "cache" / key[:2] / f"{key}.json"


def digest_of_artefact(artefact: Mapping[str, str]) -> str:
    """Return one SHA-256 for an artefact: that of its file names and their digests."""
    return sha256(msgspec.json.encode(artefact, order="sorted")).hexdigest()

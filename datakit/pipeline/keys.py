"""A stage's key: a hash of everything that its output depends on, and of nothing else.

The code of a stage is what its rooms hold; families never import each other, so a change in another room, in the
reports or in the commands is no reason to run it again.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

import datakit


def key_of(parts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a key's parts."""
    return sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A part of a key that is another one than before; None stands for one that is not there."""

    part: str  #: nested ones with dots, e.g. `options.target`
    before: Any
    now: Any


def differences(parts: Mapping[str, Any], before: Mapping[str, Any]) -> list[Difference]:
    """Return the parts that differ, by name."""
    found = []
    for name in sorted(parts.keys() | before.keys()):
        new, old = parts.get(name), before.get(name)
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            found += [replace(inner, part=f"{name}.{inner.part}") for inner in differences(new, old)]
        elif new != old:
            found.append(Difference(part=name, before=old, now=new))
    return found


def differing(parts: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Return the names of the parts that differ, nested ones with dots, e.g. `options.target`."""
    return [difference.part for difference in differences(parts, before)]


@cache
def code_digest(rooms: tuple[str, ...]) -> str:
    """Return one hash over the source of the rooms, given as paths below the package without `.py`."""
    package = Path(datakit.__file__).parent
    whole = sha256()
    for path in sorted(path for room in rooms for path in _sources(package / room)):
        whole.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    return whole.hexdigest()


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the installed versions of distributions; what is missing is left to who needs it."""
    return {package: _version(package) for package in packages}


def python_version() -> str:
    """Return Python's version without the last number, which changes no output."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


@cache
def device_class() -> str:
    """Name what decides the last bits of a training run: the kind of device, without asking torch for it.

    Importing torch takes seconds, and most runs of a command find nothing to do.
    """
    if Path("/dev/nvidiactl").exists():
        return "cuda"
    cpu = Path("/proc/cpuinfo")
    flags = cpu.read_text(encoding="utf-8", errors="replace") if cpu.exists() else ""
    found = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f" {flag}" in flags]
    return "-".join(["cpu", *found])


def _sources(room: Path) -> list[Path]:
    return list(room.rglob("*.py")) if room.is_dir() else [room.with_suffix(".py")]

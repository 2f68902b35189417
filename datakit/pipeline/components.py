"""All families of components."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from datakit.augmentation import filters, operators
from datakit.augmentation.translators._base import translators
from datakit.core.registry import Registry
from datakit.diagnosis import rules
from datakit.diagnosis.lint import idioms
from datakit.splitting import splitters
from datakit.training.registries import losses
from datakit.validation import checks
from datakit.validation.clean import fixes


def families() -> tuple[Registry[Any], ...]:
    """Return the registries, in the order in which data flows through them."""
    return (checks, fixes, splitters, operators, translators, filters, losses, rules, idioms)


def added_components(rooms: Iterable[str]) -> dict[str, str]:
    """Return the components that others have added to the families of some rooms, each with a digest of its code.

    Its code is all of the package that it comes from: one module of it may use another.
    """
    homes = {registry.family: registry.package.split(".")[1] for registry in families()}
    return {
        f"{family}.{point.name}": f"{point.value} {_code_of(point)}"
        for family, room in homes.items()
        if room in rooms
        for point in sorted(
            _points().select(group=f"datakit.{family}"), key=lambda point: (point.name, point.value)
        )
    }


@cache
def _points() -> Any:  # noqa: ANN401  (of another class in each Python)
    return entry_points()  # of all that is installed: asked by group, each would be read again for each group


def _code_of(point: EntryPoint) -> str:
    spec = find_spec(point.module.partition(".")[0])  # nothing is imported
    if spec is None:
        return "missing"  # left to who needs it
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    files = [(path.relative_to(folder), path) for folder in folders for path in sorted(folder.rglob("*.py"))]
    files = files or [(Path(point.module), Path(spec.origin or ""))]
    whole = sha256()
    for name, path in files:
        content = path.read_bytes()
        whole.update(f"{name.as_posix()}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()

"""Scripts and notebooks are read from files and looked at, never run."""

import json
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from datakit.core.errors import InputError, Problem
from datakit.diagnosis.lint import Flaw, lint

_SUFFIXES = (".py", ".ipynb")
_FIX = "name a script (.py), a notebook (.ipynb) or a folder of them"


@dataclass(frozen=True, kw_only=True, slots=True)
class Linted:
    """A file and what was found in it."""

    path: Path
    flaws: tuple[Flaw, ...]

    def where(self, flaw: Flaw) -> str:
        """Return `path:line:column`, in a notebook `path:cell N:line:column`."""
        cell = "" if flaw.cell is None else f"cell {flaw.cell}:"
        return f"{self.path}:{cell}{flaw.line}:{flaw.column}"


def lint_files(paths: Sequence[Path]) -> tuple[Linted, ...]:
    """Look at scripts, notebooks and all of them below folders (but hidden ones), each once, in the order given.

    Raises:
        InputError: a path that is not there, of another kind or unreadable; all of them at once.
    """
    problems, linted = [], []
    for path in dict.fromkeys(file for given in paths for file in _files(given)):
        try:
            linted.append(Linted(path=path, flaws=lint(_cells(path), notebook=path.suffix == ".ipynb")))
        except (OSError, ValueError, SyntaxError) as error:
            problems.append(Problem(where=str(path), got=str(error) or type(error).__name__, fix=_FIX))
    if problems:
        raise InputError(*problems)
    return tuple(linted)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    below = (file.relative_to(path) for suffix in _SUFFIXES for file in path.rglob(f"*{suffix}"))
    return [path / file for file in sorted(below) if not any(part.startswith(".") for part in file.parts)]


def _cells(path: Path) -> list[str]:
    """Return the code of a notebook cell by cell; a script is one cell."""
    if path.suffix not in _SUFFIXES:
        raise ValueError("neither a script nor a notebook")
    data = path.read_bytes()
    if path.suffix == ".py":
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return [data.decode(encoding)]
    try:
        cells = json.loads(data)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (LookupError, TypeError) as error:
        raise ValueError("no notebook of format 4: its cells are not where they should be") from error

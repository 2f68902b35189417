"""A name of a library that was never imported."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._script import Script

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_SCHEDULE = re.compile(r"get_(\w+_schedule(_with_\w+)?|scheduler)$")

#: The line that brings it, by its usual name.
_IMPORTS = {
    "F": "import torch.nn.functional as F",
    "nn": "from torch import nn",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "tf": "import tensorflow as tf",
    **{name: f"import {name}" for name in ("datasets", "evaluate", "json", "nltk", "os", "random", "torch")},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UnimportedName(Idiom):
    """A name of a library that the script uses but does not import.

    What:
        A schedule of transformers (`get_…_schedule…`), or a usual name of a library (`random`, `np`, `pd`,
        `torch`, `nn`, `F`, `tf`, …), that nothing in the file binds.
    Why:
        The line ends in a NameError, perhaps hours into a run.
    Example:
        `get_linear_schedule_with_warmup` is imported, `get_cosine_schedule_with_warmup` is called
    Fix:
        Import it.
    Source:
        the language; other unbound names are left to a linter of Python, for they may stand in the part that is
        not shown
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Report the first use of each; a star import may bring anything."""
        if any(alias.name == "*" for node in script.nodes(ast.ImportFrom) for alias in node.names):
            return
        bound = _bound(script)
        uses = [node for node in script.nodes(ast.Name) if isinstance(node.ctx, ast.Load) and node.id not in bound]
        for node in sorted(uses, key=lambda node: (node.lineno, node.col_offset)):
            line = f"from transformers import {node.id}" if _SCHEDULE.match(node.id) else _IMPORTS.get(node.id)
            if line is not None and node.id not in bound:
                bound.add(node.id)
                yield Spot(node=node, message=f"{node.id} is never imported", fix=line)


def _bound(script: Script) -> set[str]:
    """Return every name that is bound anywhere in the file."""
    stored = {node.id for node in script.nodes(ast.Name) if not isinstance(node.ctx, ast.Load)}
    made = {node.name for node in ast.walk(script.tree) if isinstance(node, _DEFINITIONS)}
    caught = {node.name for node in script.nodes(ast.ExceptHandler) if node.name}
    return {*script.imports, *stored, *made, *caught, *(node.arg for node in script.nodes(ast.arg))}

"""Lets the reference show `#:` comments, with which this project documents the fields of its dataclasses."""

import ast
from typing import Any

from griffe import Attribute, Docstring, Extension, ObjectNode


class Comments(Extension):
    """Takes the `#:` comment of a field, beside or above it, for its docstring."""

    def on_attribute_instance(
        self,
        *,
        node: ast.AST | ObjectNode,  # noqa: ARG002
        attr: Attribute,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Read it from the source."""
        if attr.docstring is not None or attr.lineno is None or attr.endlineno is None:
            return
        lines = attr.lines_collection[attr.filepath]
        beside = lines[attr.endlineno - 1].partition("#: ")[2]
        above: list[str] = []
        for line in reversed(lines[: attr.lineno - 1]):
            if not line.strip().startswith("#: "):
                break
            above.insert(0, line.strip().removeprefix("#: "))
        if told := beside or " ".join(above):
            attr.docstring = Docstring(told, parent=attr)

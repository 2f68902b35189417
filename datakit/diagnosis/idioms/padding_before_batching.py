"""Padding all texts to the longest of all."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import keyword_of, last_name, method_calls, tokenizer_calls, training_rows
from datakit.diagnosis.idioms._script import Script, names_in


@dataclass(frozen=True, kw_only=True, slots=True)
class PaddingBeforeBatching(Idiom):
    """All texts are padded to the longest of them, before there are batches.

    What:
        A tokenizer is called with `padding=True` on what goes into a data set as a whole: at the top of the
        script, in the `__init__` of a `Dataset`, or in a function handed to `map`.
    Why:
        One long text makes all others as long. Padded by batch, most batches are much shorter.
    Example:
        `encodings = tokenizer(texts, truncation=True, padding=True)`
    Fix:
        Leave `padding` out and let `DataCollatorWithPadding(tokenizer)` pad each batch to its longest text.
    Source:
        benchmark of padding: 106 seconds an epoch at 128 tokens, 18.6 by batch (TREC-6, 1,000 rows, on a CPU)
    """

    severity: ClassVar[Severity] = Severity.INFO

    def find(self, script: Script) -> Iterator[Spot]:
        """Follow what goes into data loaders and trainers."""
        loaded = self._loaded(script)
        mapped = {last_name(call.args[0]) for call in method_calls(script.tree, "map") if call.args}
        for call in tokenizer_calls(script):
            keyword = keyword_of(call, "padding")
            if keyword is None or script.constant(keyword.value) not in (True, "longest"):
                continue
            function = script.around(call, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
            whole = (
                _is_made_once(script, function)
                or (isinstance(function, ast.FunctionDef) and function.name in mapped)
                or bool(_targets(script, call) & loaded)
            )
            if whole:
                yield Spot(
                    node=keyword,
                    message="all texts are padded to the longest of them, before there are batches",
                    fix="leave padding out, and give Trainer or DataLoader DataCollatorWithPadding(tokenizer)",
                )

    def _loaded(self, script: Script) -> frozenset[str]:
        """Return the names that flow into what is trained on."""
        return frozenset(
            name for node in training_rows(script) for name in script.sources(node, before=node.lineno)
        )


def _is_made_once(script: Script, function: ast.AST | None) -> bool:
    """Tell whether this is the `__init__` of a `Dataset`."""
    if not (isinstance(function, ast.FunctionDef) and function.name == "__init__"):
        return False
    made = script.around(function, ast.ClassDef)
    return isinstance(made, ast.ClassDef) and any(last_name(base) == "Dataset" for base in made.bases)


def _targets(script: Script, call: ast.Call) -> frozenset[str]:
    """Return the names that the call's result is put into, outside loops."""
    statement = script.around(call, ast.Assign)
    if not isinstance(statement, ast.Assign) or script.around(call, ast.For, ast.While) is not None:
        return frozenset()
    return names_in(*statement.targets)

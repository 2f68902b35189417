"""Gradients that pile up."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import last_name, method_calls
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingZeroGrad(Idiom):
    """Gradients are never set to zero.

    What:
        A loop calls `backward` and the optimizer's `step`, and nothing in the script calls `zero_grad`.
    Why:
        Each step then follows the sum of all gradients so far. Under AdamW with clipping that did little harm;
        under other optimizers it makes the steps grow.
    Example:
        `loss.backward(); optimizer.step()` and no more
    Fix:
        `optimizer.zero_grad()` after `optimizer.step()`
    Source:
        TREC-6 and SST-2 with AdamW and clipping: macro-F1 .905 and .789 without it, nearly unharmed
    """

    severity: ClassVar[Severity] = Severity.INFO

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at loops; the word anywhere in the script settles it."""
        if "zero_grad" in script.words or any(last_name(node) == "grad" for node in script.nodes(ast.Attribute)):
            return
        for call in method_calls(script.tree, "step"):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            loop = script.around(call, ast.For, ast.While)
            if owner is None or loop is None or not last_name(owner).lower().startswith("optim"):
                continue
            if any(True for _ in method_calls(loop, "backward")):
                yield Spot(
                    node=call,
                    message="gradients are never set to zero: each step follows the sum of all of them",
                    fix="optimizer.zero_grad() after the step",
                )

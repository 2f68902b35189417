"""An evaluation with dropout."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import is_model, method_calls, trainers
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingEvalMode(Idiom):
    """A model is evaluated while it is in training mode.

    What:
        The script calls `model.train()`, runs the model under `no_grad` or `inference_mode`, and calls `eval()`
        nowhere.
    Why:
        Dropout stays on: answers are random, and the figures too low.
    Example:
        `model.train()`, then `with torch.no_grad(): logits = model(**batch).logits`
    Fix:
        `model.eval()` before the evaluation, `model.train()` after it.
    Source:
        torch: `Module.train` and `Module.eval`
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at blocks without gradients that run a model."""
        switched = any(
            "model" in ast.unparse(call.func) and not call.args for call in method_calls(script.tree, "train")
        )
        if not script.uses_transformers or not switched or any(True for _ in method_calls(script.tree, "eval")):
            return
        if any(True for _ in trainers(script)):
            return
        for block in script.nodes(ast.With):
            quiet = any("no_grad" in ast.dump(item) or "inference_mode" in ast.dump(item) for item in block.items)
            if quiet and any(is_model(call.func) for call in ast.walk(block) if isinstance(call, ast.Call)):
                yield Spot(
                    node=block,
                    message="the model is evaluated in training mode: dropout makes its answers random",
                    fix="model.eval() before, model.train() after",
                )
                return

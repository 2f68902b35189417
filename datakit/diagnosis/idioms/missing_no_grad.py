"""An evaluation that keeps gradients."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import is_model, method_calls, trainers
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingNoGrad(Idiom):
    """A model is evaluated with gradients.

    What:
        A function or loop runs a model after `model.eval()`, without `backward` in it, and the script has neither
        `no_grad` nor `inference_mode`.
    Why:
        Everything needed for gradients is kept: several times the memory, for nothing.
    Example:
        `model.eval()`, then `for batch in loader: logits = model(**batch).logits`
    Fix:
        `with torch.inference_mode():` around the loop
    Source:
        torch: `torch.inference_mode`
    """

    severity: ClassVar[Severity] = Severity.INFO

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at loops over batches after `eval()`."""
        words = {"no_grad", "inference_mode", "set_grad_enabled", "jax", "tensorflow"}
        if not script.uses_transformers or "torch" not in script.packages or words & script.words:
            return
        if any(True for _ in trainers(script)):
            return
        calls = [call.lineno for call in method_calls(script.tree, "eval") if not call.args]
        for loop in script.nodes(ast.For):
            runs = any(is_model(call.func) for call in ast.walk(loop) if isinstance(call, ast.Call))
            learns = any(True for _ in method_calls(loop, "backward"))
            if runs and not learns and calls and min(calls) < loop.lineno:
                yield Spot(
                    node=loop,
                    message="the model is evaluated with gradients, which costs several times the memory",
                    fix="with torch.inference_mode(): around the loop",
                )
                return

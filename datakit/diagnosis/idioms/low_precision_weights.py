"""Weights of 16 bits that swallow small updates."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import last_name, method_calls, trainers
from datakit.diagnosis.idioms._script import Script

_MESSAGE = "weights of 16 bits are trained: small updates are rounded away"
_FIX = "dtype=torch.float32, with bf16=True in TrainingArguments or torch.autocast around the forward pass"


@dataclass(frozen=True, kw_only=True, slots=True)
class LowPrecisionWeights(Idiom):
    """A model whose weights are loaded in 16 bits, and trained.

    What:
        `from_pretrained(…, dtype=torch.bfloat16)` (or `torch_dtype`, or float16), `.half()` or `.bfloat16()` on
        the model, in a script that trains all of it.
    Why:
        An update that is much smaller than its weight is rounded away. At usual rates most are. Mixed precision
        computes in 16 bits and keeps the weights in 32.
    Example:
        `AutoModelForSequenceClassification.from_pretrained(name, dtype=torch.bfloat16)`
    Fix:
        `dtype=torch.float32`, and `bf16=True` in `TrainingArguments` or `torch.autocast`.
    Source:
        TREC-6, MiniLM, lr 2e-5: macro-F1 .146 with bfloat16 weights, .435 with float32
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at loading; adapters keep weights of their own."""
        if not script.trains or script.adapts or not script.uses_transformers:
            return
        training = (*trainers(script), *method_calls(script.tree, "backward", "parameters"))
        last = max(
            (call.end_lineno or call.lineno for call in training), default=0
        )  # what is loaded below is used
        for call in method_calls(script.tree, "from_pretrained"):
            if call.lineno > last:
                continue
            for keyword in call.keywords:
                if keyword.arg in ("dtype", "torch_dtype") and _is_short(script, keyword.value):
                    yield Spot(node=keyword, message=_MESSAGE, fix=_FIX)
        for call in method_calls(script.tree, "half", "bfloat16"):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if owner is not None and not call.args and call.lineno < last and "model" in last_name(owner).lower():
                yield Spot(node=call, message=_MESSAGE, fix=_FIX)


def _is_short(script: Script, node: ast.expr) -> bool:
    told = script.constant(node) or script.name(node).removeprefix("torch.")
    return told in ("bfloat16", "float16", "half")

"""Class weights the wrong way round."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import keyword_of, last_name
from datakit.diagnosis.idioms._script import Script

_MAKERS = ("tensor", "as_tensor", "array", "asarray", "FloatTensor", "from_numpy", "Tensor")
_WRAPPERS = (*_MAKERS, "to", "cuda", "float", "double", "cpu", "astype", "numpy", "to_numpy", "sort_index")


@dataclass(frozen=True, kw_only=True, slots=True)
class CountsAsClassWeights(Idiom):
    """Class weights that grow with the number of rows.

    What:
        The `weight` of a cross-entropy is counts divided by something, not something divided by counts.
    Why:
        The most frequent label gets the largest weight: imbalance is made worse, and rare labels vanish.
    Example:
        `weights = counts / counts.sum(); nn.CrossEntropyLoss(weight=weights)`
    Fix:
        `weights = counts.sum() / (len(counts) * counts)`, the `balanced` of scikit-learn
    Source:
        inverted weights on Davidson: recall of the rare label 0; scikit-learn, `compute_class_weight`
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Follow the weights of losses back to where they are computed."""
        for call in script.calls("CrossEntropyLoss", "cross_entropy", "NLLLoss", of=("torch",)):
            keyword = keyword_of(call, "weight")
            if keyword is None:
                continue
            for quotient in _quotients(script, keyword.value):
                if _is_count(script, quotient.left) and not _is_count(script, quotient.right, whole=True):
                    yield Spot(
                        node=quotient,
                        message="these weights grow with the number of rows: the most frequent label weighs most",
                        fix="counts.sum() / (len(counts) * counts)",
                    )


def _quotients(script: Script, node: ast.expr, depth: int = 4) -> Iterator[ast.BinOp]:
    """Yield the division that makes the weights, through names and wrappers such as `torch.tensor`."""
    if depth == 0:
        return
    if isinstance(node, ast.Name) and isinstance(value := script.value(node), ast.expr):
        yield from _quotients(script, value, depth - 1)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield node
    elif isinstance(node, ast.Call) and last_name(node.func) in _WRAPPERS:
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        inner = node.args[0] if last_name(node.func) in _MAKERS and node.args else owner
        if inner is not None:
            yield from _quotients(script, inner, depth)


def _is_count(script: Script, node: ast.expr, *, whole: bool = False) -> bool:
    """Tell whether a name or call is about counts by label; with `whole` also a product of them."""
    if isinstance(node, ast.BinOp):
        return whole and (_is_count(script, node.left, whole=True) or _is_count(script, node.right, whole=True))
    if isinstance(node, ast.Call) and last_name(node.func) in _WRAPPERS and isinstance(node.func, ast.Attribute):
        return _is_count(
            script, node.args[0] if last_name(node.func) in _MAKERS and node.args else node.func.value
        )
    if isinstance(node, ast.Call):
        return last_name(node.func) in ("bincount", "value_counts")
    if isinstance(node, ast.Attribute):
        return node.attr == "values" and _is_count(script, node.value)
    return "count" in last_name(node).lower() or "freq" in last_name(node).lower()

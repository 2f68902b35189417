"""A softmax on what cross-entropy takes as logits."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import last_name
from datakit.diagnosis.idioms._script import Located, Script, names_in

#: Usual names of a loss that is handed to a function; they are this one where the script has no other.
_USUAL = frozenset({"criterion", "loss_fn", "loss_fct", "loss_func", "loss_function"})

_FIX = "return logits, hand them to the loss, and take the softmax for prediction only"


@dataclass(frozen=True, kw_only=True, slots=True)
class SoftmaxBeforeCrossEntropy(Idiom):
    """Probabilities are handed to a loss that makes probabilities itself.

    What:
        What `CrossEntropyLoss` or `F.cross_entropy` gets comes out of a softmax, or the model of the script ends
        in one.
    Why:
        The loss takes the softmax of the softmax: it cannot fall below a bound, its gradients are flat, and the
        model learns slowly and stays unsure.
    Example:
        `loss = criterion(torch.softmax(logits, dim=-1), labels)`
    Fix:
        Hand the logits over; take the softmax for prediction only.
    Source:
        TREC-6: macro-F1 .78 with, .94 without; torch: "The input is expected to contain the unnormalized logits"
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at what the loss gets, and at the last layers of modules."""
        made = set(script.calls("CrossEntropyLoss"))
        if not made and not any(True for _ in script.calls("cross_entropy")):
            return
        losses = {
            last_name(target) for node in script.nodes(ast.Assign) if node.value in made for target in node.targets
        }
        if not any(word.endswith("Loss") and word not in ("Loss", "CrossEntropyLoss") for word in script.words):
            losses |= _USUAL
        for call in script.nodes(ast.Call):
            if call.args and _is_loss(call, losses) and (spot := _softmax(script, call)):
                yield Spot(node=spot, message="cross-entropy gets the output of a softmax, not logits", fix=_FIX)
        for call in script.calls("Sequential"):
            if call.args and (name := script.name(getattr(call.args[-1], "func", call))).endswith(".Softmax"):
                message = f"the model ends in {name.rpartition('.')[2]}, and cross-entropy takes logits"
                yield Spot(node=call.args[-1], message=message, fix=_FIX)
        for module in script.classes("Module"):
            yield from _ends(module)


def _is_loss(call: ast.Call, losses: set[str]) -> bool:
    made = isinstance(call.func, ast.Call) and last_name(call.func.func) == "CrossEntropyLoss"
    return made or last_name(call.func) in {*losses, "cross_entropy"}


def _is_softmax(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func).lower() == "softmax"


def _softmax(script: Script, call: ast.Call) -> Located | None:
    """Return the softmax that the loss gets: in the call itself, or assigned just above in the same function."""
    given = call.args[0]
    if _is_softmax(given):
        return given
    if not isinstance(given, ast.Name):
        return None
    home = script.around(call, ast.FunctionDef) or script.tree
    above = [
        node
        for node in ast.walk(home)
        if isinstance(node, ast.Assign) and names_in(*node.targets) == {given.id} and node.lineno <= call.lineno
    ]
    last = max(above, key=lambda node: node.lineno, default=None)
    return last.value if last is not None and _is_softmax(last.value) else None


def _ends(module: ast.ClassDef) -> Iterator[Spot]:
    """Yield the softmax that a module's `forward` ends in."""
    for forward in module.body:
        if not (isinstance(forward, ast.FunctionDef) and forward.name == "forward"):
            continue
        for node in ast.walk(forward):
            if isinstance(node, ast.Return) and _is_softmax(node.value) and node.value is not None:
                yield Spot(
                    node=node.value,
                    message=f"{module.name} returns the output of a softmax, and cross-entropy takes logits",
                    fix=_FIX,
                )

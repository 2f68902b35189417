"""An encoder that does not learn."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import last_name, rates
from datakit.diagnosis.idioms._script import Script

_BODIES = (
    "base_model",
    "bert",
    "distilbert",
    "roberta",
    "albert",
    "electra",
    "deberta",
    "camembert",
    "xlm_roberta",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FrozenEncoder(Idiom):
    """The whole encoder is frozen, perhaps by accident.

    What:
        `for layer in model.layers[:-k]` with `trainable = False` on a `TF…` model of transformers, which has only
        two to four layers, the encoder as a whole being the first; or `requires_grad = False` for all parameters
        of `model.bert`, `model.distilbert`, … while the learning rate is one for fine-tuning a whole model.
    Why:
        Only the new head learns, and at such a rate hardly that.
    Example:
        `for layer in model.layers[:-3]: layer.trainable = False`
    Fix:
        Freeze by depth: embeddings and `model.distilbert.transformer.layer[:3]`; or, if the head alone is meant to
        learn, raise its rate tenfold to a hundredfold.
    Source:
        TREC-6 with a frozen body: macro-F1 .14, the weights of the body not moving; transformers 4: `layers` of
        TFDistilBertForSequenceClassification are distilbert, pre_classifier, classifier, dropout
    """

    severity: ClassVar[Severity] = Severity.WARNING

    fine_tuning_rate: float = 1e-4  # at most; rates for a head alone are higher

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at loops that freeze."""
        if not script.uses_transformers:
            return
        slow = any(rate.value <= self.fine_tuning_rate for rate in rates(script))
        for loop in script.nodes(ast.For):
            frozen = {last_name(target) for target in _frozen_in(loop)}
            if "trainable" in frozen and _is_slice_of_layers(loop.iter):
                yield Spot(
                    node=loop,
                    message="the encoder is one layer of model.layers: all of it is frozen, not its first blocks",
                    fix="set trainable on the blocks: model.distilbert.transformer.layer[:3]",
                )
            elif "requires_grad" in frozen and slow and (body := _body_of(loop.iter)):
                yield Spot(
                    node=loop,
                    message=f"all of {body} is frozen, and the learning rate is one for a whole model",
                    fix=f"freeze embeddings and some blocks only, or train the head of a frozen {body} at 1e-3",
                )


def _frozen_in(loop: ast.For) -> Iterator[ast.expr]:
    """Yield what is set to False for everything that the loop passes, without a condition."""
    for node in loop.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is False:
            yield from node.targets


def _is_slice_of_layers(node: ast.expr) -> bool:
    if not (isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute)):
        return False
    whole = isinstance(node.value.value, ast.Name)  # model.layers, not model.distilbert.transformer.layers
    return node.value.attr == "layers" and isinstance(node.slice, ast.Slice) and whole


def _body_of(node: ast.expr) -> str | None:
    """Return the encoder whose parameters these are, if they are those of a whole one."""
    if not (isinstance(node, ast.Call) and last_name(node.func) in ("parameters", "named_parameters")):
        return None
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    return ast.unparse(owner) if owner is not None and last_name(owner) in _BODIES else None

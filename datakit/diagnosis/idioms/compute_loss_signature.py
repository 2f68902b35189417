"""A compute_loss that transformers 5 cannot call."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class ComputeLossSignature(Idiom):
    """A `compute_loss` that does not take what transformers 5 hands it.

    What:
        A class derived from `Trainer` whose `compute_loss` has neither `num_items_in_batch` nor `**kwargs`.
    Why:
        Trainer passes `num_items_in_batch`: the first step ends in a TypeError.
    Example:
        `def compute_loss(self, model, inputs, return_outputs=False):`
    Fix:
        Add `num_items_in_batch=None`; for another loss alone hand `compute_loss_func` to Trainer.
    Source:
        `Trainer.training_step` of transformers 5.23
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at the parameters of the method."""
        for made in script.classes("Trainer", of=("transformers",)):
            for node in made.body:
                if isinstance(node, ast.FunctionDef) and node.name == "compute_loss" and not _takes_it(node.args):
                    yield Spot(
                        node=node,
                        message="Trainer passes num_items_in_batch, which this compute_loss does not take",
                        fix="add num_items_in_batch=None, or hand compute_loss_func to Trainer instead",
                    )


def _takes_it(parameters: ast.arguments) -> bool:
    named = {one.arg for one in (*parameters.args, *parameters.kwonlyargs)}
    return "num_items_in_batch" in named or parameters.kwarg is not None

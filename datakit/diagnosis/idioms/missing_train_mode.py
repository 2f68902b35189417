"""A loop that trains a model in evaluation mode."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import method_calls
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingTrainMode(Idiom):
    """A pretrained model is trained without dropout.

    What:
        A loop by hand calls `backward` on a model of `from_pretrained`, and nothing in the script calls `train()`.
    Why:
        `from_pretrained` returns a model in evaluation mode: dropout is off. The regularisation that the model was
        made with is gone, and nothing says so.
    Example:
        `model = BertForSequenceClassification.from_pretrained(name)`, then a loop of forward and backward
    Fix:
        `model.train()` at the beginning of each epoch, for evaluation ends with the other mode.
    Source:
        `PreTrainedModel.from_pretrained` of transformers 5.23: "The model is set in evaluation mode by default";
        `model.eval()` in it
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at loops, if there is such a model and no `train()`."""
        if not script.uses_transformers or any(not call.args for call in method_calls(script.tree, "train")):
            return
        if not any(
            "Tokenizer" not in script.name(call.func) for call in method_calls(script.tree, "from_pretrained")
        ):
            return
        for call in method_calls(script.tree, "backward"):
            loop = script.around(call, ast.For)
            if isinstance(loop, ast.For):
                yield Spot(
                    node=loop,
                    message="from_pretrained returns a model in evaluation mode: this loop trains without dropout",
                    fix="model.train() before the loop over batches",
                )
                return

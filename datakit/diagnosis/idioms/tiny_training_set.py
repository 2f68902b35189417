"""A handful of texts to learn from."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import training_rows
from datakit.diagnosis.idioms._script import Script, names_in


@dataclass(frozen=True, kw_only=True, slots=True)
class TinyTrainingSet(Idiom):
    """The training rows are a handful of texts written into the script.

    What:
        A list of `texts` strings or fewer flows into what is trained on.
    Why:
        A model of millions of weights learns so few texts by heart in a few steps. The loss falls, and says
        nothing about other texts.
    Example:
        `texts = ["This is a positive sentence.", "This is a negative sentence."]`
    Fix:
        Label more; with tens of rows a label, a linear model on a frozen encoder.
    Source:
        MiniLM fine-tuned on 24 and 16 rows: macro-F1 .43 and .51, validation loss up to 3.6 times the entropy;
        fewer than 16 rows a label told these runs from healthy ones
    """

    severity: ClassVar[Severity] = Severity.WARNING
    texts: int = 32

    def find(self, script: Script) -> Iterator[Spot]:
        """Follow the training rows back to literal lists."""
        into = {name for node in training_rows(script) for name in script.sources(node, before=node.lineno)}
        for node in script.nodes(ast.Assign):
            if not (isinstance(node.value, ast.List) and names_in(*node.targets) & into):
                continue
            value = script.constant(node.value)
            if value and all(isinstance(one, str) and " " in one for one in value) and len(value) <= self.texts:
                yield Spot(
                    node=node,
                    message=f"the model learns from {len(value)} texts: it will know them by heart, and no others",
                    fix="label more texts, hundreds a label for fine-tuning",
                )

"""Accuracy as the only figure."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import keyword_of, method_calls
from datakit.diagnosis.idioms._script import Script

_BETTER = re.compile(
    r"(^|[^a-z])(f1|f_?beta|recall|precision|auc|roc|mcc|matthews|balanced|classification_report|confusion)",
    re.IGNORECASE,
)
_MESSAGE = "accuracy is the only figure, and it looks well for a model that always gives the most frequent label"
_FIX = "add f1_score(labels, predictions, average='macro') of sklearn.metrics, and choose the best model by it"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccuracyOnly(Idiom):
    """Accuracy is the only figure that is measured.

    What:
        `metrics=["accuracy"]`, or a `compute_metrics` that returns accuracy alone; the script has no F1, recall,
        balanced accuracy or report.
    Why:
        With 90% of one label, a model that always gives it has an accuracy of .90. Macro-F1 shows it: .47.
    Example:
        `return {"accuracy": (predictions == labels).mean()}`
    Fix:
        Add `f1_score(labels, predictions, average="macro")` and choose the best model by it.
    Source:
        90/10 SST-2 collapsed to one class: accuracy .91, macro-F1 .34 on balanced rows
    """

    severity: ClassVar[Severity] = Severity.INFO

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at `compute_metrics` and at Keras's `compile`, if no better figure is named anywhere."""
        if not script.uses_transformers or any(_BETTER.search(word) for word in script.words):
            return
        for call in method_calls(script.tree, "compile"):
            keyword = keyword_of(call, "metrics")
            if keyword is not None and script.constant(keyword.value) in (["accuracy"], ("accuracy",), "accuracy"):
                yield Spot(node=keyword, message=_MESSAGE, fix=_FIX)
        for function in script.nodes(ast.FunctionDef):
            told = any("accuracy" in ast.unparse(node).lower() for node in function.body)
            if function.name.startswith("compute_metric") and told:
                yield Spot(node=function, message=_MESSAGE, fix=_FIX)

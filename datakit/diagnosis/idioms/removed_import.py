"""Names that transformers 5 or datasets no longer has."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._script import Located, Script

_FRAMEWORK = re.compile(r"(TF|Flax)[A-Z]\w*[a-z]")

_OWN_ROWS = "datasets.load_dataset, and a tokenizer in Dataset.map"
_KERAS = "transformers 5 is PyTorch only: a callback or schedule of Trainer"

#: What to write instead, by the name that is gone.
_REPLACED = {
    "AdamW": "from torch.optim import AdamW (weight_decay is 0.01 there, it was 0)",
    "AdamWeightDecay": "from torch.optim import AdamW",
    "WarmUp": "from transformers import get_linear_schedule_with_warmup",
    "create_optimizer": "torch.optim.AdamW and transformers.get_scheduler",
    "GradientAccumulator": "TrainingArguments(gradient_accumulation_steps=…)",
    "KerasMetricCallback": _KERAS,
    "PushToHubCallback": _KERAS,
    **dict.fromkeys(
        (
            "DataProcessor",
            "GlueDataset",
            "InputExample",
            "InputFeatures",
            "LineByLineTextDataset",
            "SingleSentenceClassificationProcessor",
            "SquadDataset",
            "TextDataset",
            "glue_convert_examples_to_features",
            "glue_processors",
        ),
        _OWN_ROWS,
    ),
    "glue_compute_metrics": "sklearn.metrics, or evaluate.load('glue', task)",
    "is_tf_available": "leave the branch for TensorFlow out",
    "is_flax_available": "leave the branch for Flax out",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovedImport(Idiom):
    """An import that fails: transformers 5 or datasets no longer has the name.

    What:
        `AdamW`, every class for TensorFlow and Flax (`TF…`, `Flax…`), data sets and processors of the early years,
        taken from transformers or read as its attribute; `load_metric` of datasets.
    Why:
        transformers 5 took them out. The script ends at its first line with an ImportError.
    Example:
        `from transformers import AdamW`
    Fix:
        `from torch.optim import AdamW`; the PyTorch class of the same name without `TF`; `datasets` and `evaluate`
        for the rest.
    Source:
        names in `transformers/__init__.py` of 4.57 that are not in that of 5.23
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at imports and at attributes of the package."""
        for node in script.nodes(ast.ImportFrom):
            for alias in node.names:
                yield from _judged(alias, f"{node.module}.{alias.name}")
        for attribute in script.nodes(ast.Attribute):
            if isinstance(attribute.value, ast.Name) and attribute.value.id in script.imports:
                yield from _judged(attribute, script.name(attribute))


def _judged(node: Located, dotted: str) -> Iterator[Spot]:
    package, _, name = dotted.partition(".")[0], "", dotted.rpartition(".")[2]
    if package == "transformers" and (fix := _instead(name)):
        yield Spot(node=node, message=f"transformers 5 has no {name}: the import fails", fix=fix)
    elif dotted == "datasets.load_metric":
        fix = "import evaluate; evaluate.load(name), or the function of sklearn.metrics"
        yield Spot(node=node, message="datasets has no load_metric: the import fails", fix=fix)


def _instead(name: str) -> str | None:
    if framework := _FRAMEWORK.match(name):
        return f"{name.removeprefix(framework[1])}: PyTorch only now; train with Trainer or a loop of torch"
    return _REPLACED.get(name)

"""A model that reads padding."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, is_model, is_open, keyword_of, tokenizer_calls
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingAttentionMask(Idiom):
    """A model gets padded rows without their attention mask.

    What:
        A model is called with `input_ids` and no `attention_mask`, in a script that trains and pads.
    Why:
        The model then reads padding as if it were text. Its answers depend on the longest text of the batch.
    Example:
        `model(input_ids, labels=labels)`
    Fix:
        `model(input_ids, attention_mask=attention_mask, labels=labels)`, or `model(**batch)`
    Source:
        TREC-6 with a broken mask: macro-F1 .07, all [CLS] vectors the same at the first step
    """

    severity: ClassVar[Severity] = Severity.WARNING

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at calls of models."""
        pads = any(keyword_of(call, "padding") is not None for call in tokenizer_calls(script))
        pads = pads or bool(script.words & {"pad_sequence", "DataCollatorWithPadding", "pad_to_max_length"})
        if not (script.uses_transformers and script.trains and pads):
            return
        for call in script.nodes(ast.Call):
            if not is_model(call.func) or is_open(call) or len(call.args) > 1:
                continue
            named = {keyword.arg for keyword in call.keywords}
            first = call.args[0] if call.args else argument(call, "input_ids", None)
            if first is not None and "attention_mask" not in named and "input_ids" in ast.unparse(first):
                yield Spot(
                    node=call,
                    message="the model gets no attention_mask, so it reads padding as text",
                    fix="attention_mask=batch['attention_mask'], as the tokenizer made it",
                )

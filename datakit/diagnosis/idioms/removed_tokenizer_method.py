"""Methods that tokenizers no longer have."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import last_name, method_calls
from datakit.diagnosis.idioms._script import Script

#: What to write instead, by the method that is gone.
_INSTEAD = {
    "encode_plus": "tokenizer(text, …), with the same options",
    "batch_encode_plus": "tokenizer(texts, …), with the same options",
    "as_target_tokenizer": "tokenizer(text_target=targets, …)",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RemovedTokenizerMethod(Idiom):
    """A method that tokenizers of transformers 5 do not have.

    What:
        `encode_plus`, `batch_encode_plus`, `as_target_tokenizer`; `pad_to_max_length=`.
    Why:
        Version 5 took them out: an AttributeError, and an option that is not heard.
    Example:
        `tokenizer.encode_plus(text, pad_to_max_length=True)`
    Fix:
        Call the tokenizer: `tokenizer(text, truncation=True)`.
    Source:
        `tokenization_utils_base.py` of transformers 5.23
    """

    severity: ClassVar[Severity] = Severity.ERROR

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at methods, and at the option where a tokenizer is called."""
        if not script.uses_transformers:
            return
        for call in method_calls(script.tree, *_INSTEAD):
            method = last_name(call.func)
            yield Spot(node=call, message=f"tokenizers of transformers 5 have no {method}", fix=_INSTEAD[method])
        for keyword in script.nodes(ast.keyword):
            if keyword.arg == "pad_to_max_length":
                message = "tokenizers of transformers 5 do not know pad_to_max_length: nothing is padded"
                yield Spot(node=keyword, message=message, fix="leave it out, and let DataCollatorWithPadding pad")

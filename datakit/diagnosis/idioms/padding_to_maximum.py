"""Padding every text to the longest that the model takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, keyword_of, tokenizer_calls
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class PaddingToMaximum(Idiom):
    """Every text is padded to the maximum length.

    What:
        A tokenizer is called with `padding="max_length"`, and `max_length` is not given or above `length`.
    Why:
        A short message becomes 512 tokens, nearly all of them padding. Training takes many times as long, and
        nothing is gained.
    Example:
        `tokenizer(examples["text"], padding="max_length", truncation=True)`
    Fix:
        Leave `padding` out and let `DataCollatorWithPadding(tokenizer)` pad each batch to its longest text.
    Source:
        TREC-6 with MiniLM on a CPU: 1,008 seconds an epoch and 1,000 rows at 512 tokens, 106 at 128, 18.6 with
        batches padded to their longest
    """

    severity: ClassVar[Severity] = Severity.WARNING
    length: int = 64  # tokens; below, padding costs little

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at calls of tokenizers; accelerators that want one shape are left out."""
        if "torch_xla" in script.packages or not script.trains:
            return
        for call in tokenizer_calls(script):
            keyword = keyword_of(call, "padding")
            if keyword is None or script.constant(keyword.value) != "max_length":
                continue
            length = script.constant(argument(call, "max_length", None))
            if not isinstance(length, int) or length > self.length:
                yield Spot(
                    node=keyword,
                    message="every text is padded to the maximum length: most of the work is on padding",
                    fix="leave padding out, and give Trainer or DataLoader DataCollatorWithPadding(tokenizer)",
                )

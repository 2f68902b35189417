"""Texts cut to a few tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.findings import Severity
from datakit.diagnosis.idioms._base import Idiom, Spot
from datakit.diagnosis.idioms._queries import argument, tokenizer_calls
from datakit.diagnosis.idioms._script import Script


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortTruncation(Idiom):
    """Texts are cut to a handful of tokens.

    What:
        A tokenizer is called with a `max_length` of `length` or less, and truncates.
    Why:
        Two of them are [CLS] and [SEP]. What the label depends on is often cut off.
    Example:
        `tokenizer(texts, truncation=True, max_length=8)`
    Fix:
        Choose `max_length` so that few texts are cut: `datakit validate` counts them, `datakit finetune` does it.
    Source:
        TREC-6 cut to 5 and 8 tokens: macro-F1 .59 and .64, .77 to .94 uncut
    """

    severity: ClassVar[Severity] = Severity.WARNING
    length: int = 16  # tokens

    def find(self, script: Script) -> Iterator[Spot]:
        """Look at calls of tokenizers where something is trained."""
        if not script.trains:
            return
        for call in tokenizer_calls(script):
            given = argument(call, "max_length", None)
            length = script.constant(given)
            cuts = script.constant(argument(call, "truncation", None))
            if given is not None and isinstance(length, int) and length <= self.length and cuts:
                yield Spot(
                    node=given,
                    message=f"texts are cut to {length} tokens",
                    fix="a max_length that most texts fit into; 128 holds about 90 words",
                )

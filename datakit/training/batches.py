"""Texts as the model reads them: token ids, tokenised once, padded batch by batch."""

from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase


def tokenised(
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    max_length: int,
    labels: Sequence[int] | Sequence[Sequence[float]] | None = None,
) -> Dataset:
    """Return one row a text: `input_ids` (at most `max_length` tokens), `length`, and `labels` if given."""
    ids = tokenizer(list(texts), truncation=True, max_length=max_length, return_attention_mask=False)["input_ids"]
    columns: dict[str, Any] = {"input_ids": ids, "length": [len(row) for row in ids]}
    return Dataset.from_dict(columns if labels is None else {**columns, "labels": list(labels)})

"""Rows of tokens, tokenised once, and how they are padded batch by batch."""

from collections.abc import Sequence
from typing import Any

from datasets import Dataset
from transformers import DataCollatorWithPadding, PreTrainedTokenizerBase

from datakit.training.devices import device

TOKENS_PER_BATCH = 8192  # without learning, padding included; about 30 MB of activations for MiniLM


def rows_of(ids: Sequence[Sequence[int]], labels: Sequence[int] | Sequence[Sequence[float]]) -> Dataset:
    """Return rows as the Trainer takes them: `input_ids`, `length` in tokens, and `labels`."""
    columns: dict[str, Any] = {"input_ids": ids, "length": [len(row) for row in ids], "labels": list(labels)}
    return Dataset.from_dict(columns)


def padding_of(tokenizer: PreTrainedTokenizerBase) -> DataCollatorWithPadding:
    """Return what pads the rows of a batch to the longest of them.

    An accelerator's matrix units want multiples of 8; on a CPU they are computed for nothing.
    """
    return DataCollatorWithPadding(tokenizer, pad_to_multiple_of=None if device().type == "cpu" else 8)

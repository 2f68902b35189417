"""What frozen layers compute, computed once: training begins above them."""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from datasets import Dataset
from torch.nn import Module
from torch.nn.utils.rnn import pad_sequence
from torch.utils import data
from transformers import DataCollatorWithPadding, PreTrainedModel

from datakit.core.batching import by_length
from datakit.training.batches import TOKENS_PER_BATCH
from datakit.training.devices import bf16_pays, device
from datakit.training.layers import EMBEDDINGS, blocks_of, parts_of

# Families whose blocks hand on nothing but the hidden states, and share nothing that learns: DeBERTa's blocks also
# read relative positions, which are learnt for all of them together.
FAMILIES = frozenset({"bert", "camembert", "distilbert", "modernbert", "roberta", "xlm-roberta"})

_IN_MEMORY = 1 << 30  # bytes; more is mapped from a file


class _ReachedError(Exception):
    """Ends a forward pass at the last frozen block: nobody wants what comes above."""


class States(data.Dataset[dict[str, Any]]):
    """The hidden states of rows above the frozen blocks, one after the other without padding.

    Args:
        flat: (tokens of all rows, width).
        lengths: tokens of each row.
        labels: target of each row.
    """

    def __init__(self, flat: torch.Tensor, lengths: Sequence[int], labels: Sequence[Any]) -> None:
        self._rows = torch.split(flat, list(lengths))
        self._labels = labels

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {"inputs_embeds": self._rows[row], "labels": self._labels[row]}


@dataclass(frozen=True, eq=False)
class FrozenBottom:
    """The embeddings and the lowest blocks of a model, none of which learns."""

    model: PreTrainedModel
    embeddings: Module
    blocks: tuple[Module, ...]

    @classmethod
    def of(cls, model: PreTrainedModel) -> Self | None:
        """Return the part of a model that need not be computed again and again; None if there is none.

        There is none where the embeddings or the lowest block learn, adapters in them too, nor in a family
        whose blocks depend on more than what the block below hands on.
        """
        if model.config.model_type not in FAMILIES or _learns(parts_of(model)[EMBEDDINGS]):
            return None
        blocks = []
        for block in blocks_of(model):
            if _learns(block.parameters()):
                break
            blocks.append(block)
        return cls(model, model.base_model.embeddings, tuple(blocks)) if blocks else None

    def states(self, rows: Dataset, padding: DataCollatorWithPadding, spill: Path) -> States:
        """Return what the bottom makes of rows, without dropout.

        It is kept in bf16 where training computes in bf16, else in fp32: the model that is trained on it then
        says the same of a text as it would with the bottom.

        Args:
            rows: `input_ids`, `length` and `labels`.
            padding: of a batch.
            spill: file for the states if they take more than a gigabyte.
        """
        where = device()
        self.model.to(where).eval()
        ids, lengths = list(rows["input_ids"]), list(rows["length"])
        width = self.model.config.hidden_size
        flat = _empty(sum(lengths), width, torch.bfloat16 if bf16_pays(where) else torch.float32, spill)
        places = torch.split(flat, lengths)
        for batch in by_length(lengths, TOKENS_PER_BATCH):
            inputs = padding([{"input_ids": ids[i]} for i in batch]).to(where)
            kept = self._computed(inputs)[inputs["attention_mask"].bool()]  # without the padding
            for i, state in zip(batch, torch.split(kept, [lengths[i] for i in batch]), strict=True):
                places[i].copy_(state)
        return States(flat, lengths, list(rows["labels"]))

    def skip(self) -> None:
        """Let the model begin above: it takes the states as `inputs_embeds`, and its bottom hands them on.

        Its modules, parameters and their names stay as they are; it is saved as the ordinary model that it is.
        """
        parameters = inspect.signature(self.embeddings.forward)

        def handed_in(*args: Any, **kwargs: Any) -> torch.Tensor:  # noqa: ANN401
            states: torch.Tensor = parameters.bind(*args, **kwargs).arguments["inputs_embeds"]
            return states

        self.embeddings.forward = handed_in
        for block in self.blocks:
            block.forward = _handed_on

    def _computed(self, inputs: Any) -> torch.Tensor:  # noqa: ANN401
        """Return the states of a batch, (rows, tokens, width)."""
        reached: list[torch.Tensor] = []

        def reach(_module: Module, _inputs: Any, states: torch.Tensor) -> None:  # noqa: ANN401
            reached.append(states)
            raise _ReachedError

        where = device()
        hook = self.blocks[-1].register_forward_hook(reach)
        try:
            with torch.no_grad(), torch.autocast(where.type, torch.bfloat16, enabled=bf16_pays(where)):
                self.model(**inputs)
        except _ReachedError:
            pass
        finally:
            hook.remove()
        return reached[0]


def padded(rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """Pad the states of a batch with zeros to the longest of them.

    Returns `inputs_embeds` (rows, tokens, width) in fp32, the type between the blocks in training;
    `attention_mask` (rows, tokens) and `labels`.
    """
    states = [row["inputs_embeds"] for row in rows]
    lengths = torch.tensor([len(state) for state in states])
    return {
        "inputs_embeds": pad_sequence(states, batch_first=True).float(),
        "attention_mask": (torch.arange(int(lengths.max())) < lengths[:, None]).long(),
        "labels": torch.tensor([row["labels"] for row in rows]),
    }


def _handed_on(hidden_states: torch.Tensor, *_args: Any, **_kwargs: Any) -> torch.Tensor:  # noqa: ANN401
    return hidden_states


def _learns(parameters: Any) -> bool:  # noqa: ANN401
    return any(parameter.requires_grad for parameter in parameters)


def _empty(tokens: int, width: int, dtype: torch.dtype, spill: Path) -> torch.Tensor:
    if tokens * width * dtype.itemsize <= _IN_MEMORY:
        return torch.empty(tokens, width, dtype=dtype)
    return torch.from_file(str(spill), shared=True, size=tokens * width, dtype=dtype).view(tokens, width)

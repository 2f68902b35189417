"""How texts that are longer than the model reads are read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Self

import msgspec
import numpy as np
import numpy.typing as npt
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from datakit.core.beginnings import first_tokens
from datakit.core.errors import InputError, Problem, UsageError
from datakit.core.files import to_json
from datakit.training.settings import LongTexts

# What head-tail keeps of the beginning; the rest is the end. 128 of 510 tokens did best on IMDB and Sogou news
# (Sun et al. 2019, How to Fine-Tune BERT for Text Classification?, 5.3.1).
_HEAD = 0.25

# How far windows reach into one another, so that what one of them cuts in two the next one has whole.
_OVERLAP = 0.25

_FILE = "datakit.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Windows:
    """What the model reads of texts: one row a text, or several where long ones are cut into chunks."""

    ids: list[list[int]]  #: tokens of each row, the special ones included
    documents: list[int]  #: place of the text that each row is of; each text has a row
    truncated: float  #: fraction of the texts, 0..1, that are not read whole
    tokens_lost: float  #: fraction of the texts' tokens, 0..1, that are not read

    def figures(self, tokenizer: PreTrainedTokenizerBase) -> dict[str, float]:
        """Return what is known of texts that are read so, for the history: fractions, 0..1, by name.

        Beside the two above: `tokens_unknown` of the tokens that are read, the special ones included;
        `texts_alike`, the rows that have the most frequent row's very tokens, if there are several; `token_rank`,
        the mean id of the tokens, special ones aside, in parts of the vocabulary: low, as vocabularies begin with
        what is frequent.
        """
        alike = max(Counter(hash(tuple(row)) for row in self.ids).values(), default=0)
        tokens = np.fromiter(chain.from_iterable(self.ids), dtype=np.int64, count=sum(self.lengths))
        words = tokens[~np.isin(tokens, tokenizer.all_special_ids)]
        return {
            "texts_truncated": round(self.truncated, 6),
            "tokens_lost": round(self.tokens_lost, 6),
            "tokens_unknown": _part(tokens == tokenizer.unk_token_id),
            "token_rank": _part(words / len(tokenizer)),
            "texts_alike": round(alike / len(self.ids), 6) if alike > 1 else 0.0,
        }

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return [len(row) for row in self.ids]

    def longest_first(self) -> Self:
        """Return the rows by length: batches of them are hardly padded."""
        order = sorted(range(len(self.ids)), key=lambda i: -len(self.ids[i]))
        return replace(self, ids=[self.ids[i] for i in order], documents=[self.documents[i] for i in order])


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How texts become rows of tokens; the same in training and in prediction, so it is kept with the model."""

    max_length: int  #: tokens of a row at most, the special ones included
    long_texts: LongTexts = "head"

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return how the model that was saved in a folder reads texts.

        Raises:
            InputError: the folder does not tell.
        """
        try:
            return msgspec.json.decode((folder / _FILE).read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError) as error:
            raise InputError(
                Problem(
                    where=str(folder / _FILE),
                    got=f"does not tell how the model reads long texts: {error}",
                    fix="give the folder of a model that datakit finetune has saved",
                )
            ) from error

    def save(self, folder: Path) -> None:
        """Write it into the model's folder."""
        (folder / _FILE).write_bytes(to_json(asdict(self)))

    def windows(self, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> Windows:
        """Return the tokens that the model reads of each text.

        `head` reads the beginning; `head-tail` a quarter of what fits from the beginning and the rest from the
        end; `chunks` everything, in windows that overlap by a quarter. Where `head` stops reading a text of more
        than 16,384 characters, its tokens are estimated from those that were read.
        """
        before, after = _special_tokens(tokenizer)
        room = max(1, self.max_length - len(before) - len(after))
        contents, shares = self._contents(tokenizer, texts, room)
        tokens = [round(len(content) / share) for content, share in zip(contents, shares, strict=True)]
        parts = [self._parts(content, room) for content in contents]
        long = [max(0, n - room) if self.long_texts != "chunks" else 0 for n in tokens]
        return Windows(
            ids=[[*before, *part, *after] for of_text in parts for part in of_text],
            documents=[i for i, of_text in enumerate(parts) for _ in of_text],
            truncated=sum(map(bool, long)) / max(1, len(contents)),
            tokens_lost=sum(long) / max(1, sum(tokens)),
        )

    def _contents(
        self, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], room: int
    ) -> tuple[list[list[int]], list[float]]:
        """Return the tokens of the texts (`head` needs the first only) and what part of each text they are of."""

        def encode(texts: list[str]) -> list[list[int]]:
            ids: list[list[int]] = tokenizer(
                texts, add_special_tokens=False, return_attention_mask=False, verbose=False
            )["input_ids"]
            return ids

        # One more than fits: a text of just as many is not truncated.
        return first_tokens(tokenizer, texts, encode, room + 1 if self.long_texts == "head" else None)

    def _parts(self, content: list[int], room: int) -> list[list[int]]:
        if len(content) <= room or self.long_texts == "head":
            return [content[:room]]
        if self.long_texts == "head-tail":
            head = int(room * _HEAD)
            return [content[:head] + content[len(content) - (room - head) :]]
        overlap = int(room * _OVERLAP)
        return [content[i : i + room] for i in range(0, len(content) - overlap, room - overlap)]


def require_positions(model: PreTrainedModel, max_length: int) -> None:
    """See that the model has as many positions as tokens are to be read; else it would break inside torch.

    Raises:
        UsageError: it has fewer.
    """
    positions = getattr(model.base_model.embeddings, "position_embeddings", None)
    if positions is None:  # they are relative: any number will do
        return
    reserved = 0 if positions.padding_idx is None else positions.padding_idx + 1  # RoBERTa counts from there
    most = positions.num_embeddings - reserved
    if max_length > most:
        raise UsageError(
            Problem(
                where="finetune.max_length",
                got=f"{max_length}, but the model has positions for {most} tokens",
                fix=f"set it to {most} or less, and long_texts to chunks; or choose a model with a longer context",
            )
        )


def pooled(logits: npt.NDArray[np.floating], documents: Sequence[int]) -> npt.NDArray[np.floating]:
    """Return the mean of the logits of each text's rows, (texts, k).

    Args:
        logits: (rows, k).
        documents: place of the text that each row is of; each text has one.
    """
    rows = np.bincount(documents)
    total = np.zeros((len(rows), logits.shape[1]), logits.dtype)
    np.add.at(total, documents, logits)
    return total / rows[:, None].astype(logits.dtype)


def _part(values: npt.NDArray[np.floating | np.bool_]) -> float:
    return round(float(values.mean()), 6) if values.size else 0.0


def _special_tokens(tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], list[int]]:
    """Return what the tokenizer puts before and after every text."""
    whole = tokenizer("a", return_special_tokens_mask=True)
    ids, special = whole["input_ids"], whole["special_tokens_mask"]
    first, last = special.index(0), len(special) - special[::-1].index(0)
    return ids[:first], ids[last:]

"""The rows to learn from and those to judge by, as the Trainer takes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from transformers import PreTrainedTokenizerBase

from datakit.core.corpus import Corpus
from datakit.training.activations import FrozenBottom, padded
from datakit.training.batches import padding_of, rows_of
from datakit.training.documents import Reading
from datakit.training.task import Task


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Both splits, tokenised once; a text that is read in several windows has several rows."""

    train: Any  #: rows of the train split
    validation: Any  #: rows of the validation split, the longest first
    lengths: Sequence[int]  #: tokens of each row of train
    shown: Corpus  #: the train split, a row a window
    documents: Sequence[int]  #: place of the text that each row of validation is of
    occurring: frozenset[int]  #: ids of the tokens in both
    figures: Mapping[str, float]  #: of how the texts of train are read, see `Windows.figures`
    collator: Callable[[Sequence[dict[str, Any]]], Any]  #: makes a batch of rows

    @classmethod
    def of(
        cls, task: Task, train: Corpus, validation: Corpus, reading: Reading, tokenizer: PreTrainedTokenizerBase
    ) -> Self:
        """Read both splits."""
        read = reading.windows(tokenizer, train.texts)
        judged_on = reading.windows(tokenizer, validation.texts).longest_first()
        shown = train.take(read.documents)
        return cls(
            train=rows_of(read.ids, task.targets(shown)),
            validation=rows_of(judged_on.ids, task.targets(validation.take(judged_on.documents))),
            lengths=read.lengths,
            shown=shown,
            documents=judged_on.documents,
            occurring=frozenset({tokenizer.pad_token_id}.union(*read.ids, *judged_on.ids)),
            figures=read.figures(tokenizer),
            collator=padding_of(tokenizer),
        )

    def above(self, bottom: FrozenBottom, spill: Path) -> Self:
        """Return the same rows as a model's frozen bottom hands them on; the model begins above it from now on.

        Args:
            bottom: of the model.
            spill: folder for what does not fit into memory, of this process alone.
        """
        spill.mkdir(parents=True, exist_ok=True)
        train, validation = (
            bottom.states(rows, self.collator, spill / name)
            for name, rows in (("train", self.train), ("validation", self.validation))
        )
        bottom.skip()
        return replace(self, train=train, validation=validation, collator=padded)

"""What a training sets out with: the same whether it is only looked at, or made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import torch
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from datakit.core.corpus import Corpus
from datakit.core.history import History
from datakit.core.hushed import quiet_transformers
from datakit.core.seeding import global_state_lent, seed_for
from datakit.training.adapters import adapt
from datakit.training.architecture import load
from datakit.training.criterion import criterion_of
from datakit.training.devices import bf16_pays, device
from datakit.training.documents import Reading, require_positions
from datakit.training.layers import HEAD, blocks_of, freeze, parts_of
from datakit.training.learning_rate import peak_rate
from datakit.training.settings import Settings
from datakit.training.task import Task

_MOST = 5_000  # rows whose texts are read where nothing is trained: shares are known to a hundredth then


@dataclass(frozen=True, kw_only=True)
class Outset:
    """The model before its first step, its tokenizer, and what is known of both."""

    task: Task
    settings: Settings
    model: PreTrainedModel
    merge: Callable[[], None]  #: merges the model's adapters before it is saved
    tokenizer: PreTrainedTokenizerBase
    reading: Reading
    figures: Mapping[str, Any]  #: of the model and its tokenizer, for the history

    @classmethod
    def of(cls, pretrained: Path, task: Task, settings: Settings, seed: int) -> Self:
        """Load the model that is to be trained. Draws from torch's global generator.

        Raises:
            UsageError: settings that the model cannot follow.
        """
        # The head is drawn when the model is loaded, before the Trainer sets its seed.
        torch.manual_seed(seed_for(seed, "head"))
        model, fresh = load(pretrained, task, settings)
        require_positions(model, settings.max_length)
        tokenizer = AutoTokenizer.from_pretrained(pretrained, trust_remote_code=False)
        figures = {
            "weights_missing": _fraction_missing(model, fresh),
            "weights_untrained": _fraction_untrained(model),
            "weights_dtype": str(model.dtype).removeprefix("torch."),
            "tokenizer_size": len(tokenizer),
            "embeddings": model.get_input_embeddings().num_embeddings,
            "padding_ids": [tokenizer.pad_token_id, model.config.pad_token_id],
        }
        merge = adapt(model, settings)
        freeze(model, settings.freeze)
        return cls(
            task=task,
            settings=settings,
            model=model,
            merge=merge,
            tokenizer=tokenizer,
            reading=Reading(max_length=settings.max_length, long_texts=settings.long_texts),
            figures=figures,
        )

    def history(self, validation: Corpus, found: Mapping[str, Any]) -> History:
        """Return the history of a training before its first step.

        Args:
            validation: the rows that epochs are judged by.
            found: settings as they were resolved, and figures of the rows.
        """
        settings, task = self.settings, self.task
        epochs = settings.epochs_for(task.rows, len(task.labels))
        return History(
            labels=task.labels,
            train_counts=dict(zip(task.labels, task.counts, strict=True)),
            validation_counts=dict(validation.label_counts),
            settings={
                **settings.model_dump(),
                "epochs": epochs,
                "patience": settings.patience_for(epochs),
                "class_weights": settings.class_weights_in_effect,
                "bf16": bf16_pays(device()),
                **self.figures,
                **found,
            },
            steps=(),
            epochs=(),
            best_epoch=0,
            stopped_early=False,
        )


def foreseen(pretrained: Path, train: Corpus, validation: Corpus, *, settings: Settings, seed: int) -> History:
    """Return the history that a training with these arguments would begin with, without a step or an epoch.

    Of more than 5,000 rows as many are read, drawn by their ids. A rate that is to be suggested stays `suggest`:
    the trials for it are part of the training. The global random state is as before afterwards.

    Raises:
        GateError: no row of validation has a label that train has.
        UsageError: settings that the model or the data cannot follow.
    """
    task = Task.of(train)
    known = task.learnable(validation)
    criterion = criterion_of(settings, task)
    with quiet_transformers(), global_state_lent(seed_for(seed, "preflight")), torch.random.fork_rng():
        outset = Outset.of(pretrained, task, settings, seed)
        suggested = settings.learning_rate == "suggest"
        rate = "suggest" if suggested else peak_rate(outset.model, iter(()), criterion, settings)[0]
        texts = train.sample(_MOST, seed, "preflight").texts
        read = outset.reading.windows(outset.tokenizer, texts)
    return outset.history(known, {"learning_rate": rate, **read.figures(outset.tokenizer)})


def _fraction_missing(model: PreTrainedModel, fresh: frozenset[str]) -> float:
    """Return the fraction of the encoder's weights, its pooler aside, that its files do not hold."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    encoder = [parameter for part, all_ in parts_of(model).items() if part != HEAD for parameter in all_]
    missing = sum(parameter.numel() for parameter in encoder if names[id(parameter)] in fresh)
    return round(missing / sum(parameter.numel() for parameter in encoder), 6)


def _fraction_untrained(model: PreTrainedModel) -> float:
    """Return the fraction of the blocks' norms and biases that are all 1 or all 0, as a model begins with them."""
    vectors = [vector.detach() for vector in blocks_of(model).parameters() if vector.ndim == 1]
    new = sum(bool((vector == vector[0]).all()) and float(vector[0]) in (0.0, 1.0) for vector in vectors)
    return round(new / len(vectors), 6) if vectors else 0.0

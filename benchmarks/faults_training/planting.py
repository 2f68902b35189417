"""How faults are planted: in the rows, in the folder of the pretrained model, or in the code of the trainer."""
# ruff: noqa: ANN401  (what is planted in code stands in for functions of transformers, which is not typed)

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from sets import corpus_of
from torch import nn
from transformers import AutoConfig, AutoModel, TrainerCallback

from datakit.core.corpus import Corpus, Splits
from datakit.core.seeding import rng_for
from datakit.training import (
    architecture,
    criterion,
    data,
    layers,
    optimisation,
    outset,
    predict,
    sampling,
    trainer,
)
from datakit.training import finetune as training

Options = Mapping[str, Any]
Planted = Callable[[], AbstractContextManager[Any]]


# ---------------------------------------------------------------------------------------------- in the rows


def _mapped(splits: Splits, edit: Callable[[str, Corpus], Corpus]) -> Splits:
    return Splits({name: edit(name, corpus) for name, corpus in splits.items()})


def _relabelled(name: str, corpus: Corpus, labels: list[str]) -> Corpus:
    return corpus_of(name, list(zip(corpus.texts, labels, strict=True)))


def labels_shuffled(splits: Splits, seed: int) -> Splits:
    """The labels of each split stand at other rows."""

    def edit(name: str, corpus: Corpus) -> Corpus:
        labels = list(corpus.labels)
        rng_for(seed, "shuffled", name).shuffle(labels)
        return _relabelled(name, corpus, labels)

    return _mapped(splits, edit)


def label_noise(splits: Splits, seed: int, share: float = 0.4) -> Splits:
    """A share of the labels of train and validation is dealt out anew among their rows."""

    def edit(name: str, corpus: Corpus) -> Corpus:
        if name == "test":
            return corpus
        rng = rng_for(seed, "noise", name)
        labels, chosen = list(corpus.labels), sorted(rng.sample(range(len(corpus)), round(share * len(corpus))))
        dealt = [labels[i] for i in chosen]
        rng.shuffle(dealt)
        for i, label in zip(chosen, dealt, strict=True):
            labels[i] = label
        return _relabelled(name, corpus, labels)

    return _mapped(splits, edit)


def validation_map_shifted(splits: Splits, _: int) -> Splits:
    """Validation calls each label by the name of the next."""
    names = sorted(splits.train.label_counts)
    next_of = dict(zip(names, [*names[1:], names[0]], strict=True))
    changed = _relabelled("validation", splits.validation, [next_of[label] for label in splits.validation.labels])
    return Splits({**splits, "validation": changed})


def validation_leaked(splits: Splits, _: int) -> Splits:
    """Train holds the rows of validation too."""
    rows = [
        (text, label)
        for corpus in (splits.train, splits.validation)
        for text, label in zip(corpus.texts, corpus.labels, strict=True)
    ]
    return Splits({**splits, "train": corpus_of("train", rows)})


def constant_text(splits: Splits, _: int) -> Splits:
    """Every text is the same word."""
    return _mapped(splits, lambda name, corpus: corpus_of(name, [("the", label) for label in corpus.labels]))


def few_rows(splits: Splits, _: int) -> Splits:
    """Train has four rows of each label, eight of each where there are two."""
    each = 8 if len(splits.train.label_counts) == 2 else 4
    kept = [
        i
        for label in sorted(splits.train.label_counts)
        for i in [i for i, other in enumerate(splits.train.labels) if other == label][:each]
    ]
    return Splits({**splits, "train": splits.train.take(sorted(kept))})


def inverted_weights(splits: Splits) -> Options:
    """Return class weights that weigh frequent labels more."""
    counts = splits.train.label_counts
    mean = sum(counts.values()) / len(counts)
    return {"class_weights": {label: n / mean for label, n in counts.items()}}


# ---------------------------------------------------------------------------------------------- in the folder


def random_weights(source: Path, target: Path) -> None:
    """Save the encoder with weights drawn at random, as `from_config` draws them."""
    torch.manual_seed(1)
    _copied(source, target)
    AutoModel.from_config(AutoConfig.from_pretrained(source)).save_pretrained(target)


def renamed_weights(source: Path, target: Path) -> None:
    """Save the encoder with its weights under names that the architecture does not know."""
    _copied(source, target)
    weights = load_file(source / "model.safetensors")
    renamed = {f"network.{name.removeprefix('bert.')}": value for name, value in weights.items()}
    save_file(renamed, target / "model.safetensors", metadata={"format": "pt"})


def permuted_vocabulary(source: Path, target: Path, first: int = 1000) -> None:
    """Save the tokenizer with the ids of all but its first tokens dealt out anew."""
    _copied(source, target)
    file = target / "tokenizer.json"
    tokenizer = json.loads(file.read_text(encoding="utf-8"))
    vocabulary = tokenizer["model"]["vocab"]
    words = [word for word, place in vocabulary.items() if place >= first]
    places = [vocabulary[word] for word in words]
    rng_for(1, "vocabulary").shuffle(places)
    tokenizer["model"]["vocab"] = vocabulary | dict(zip(words, places, strict=True))
    file.write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    (target / "vocab.txt").unlink(missing_ok=True)


def _copied(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)


# ---------------------------------------------------------------------------------------------- in the code


def building(change: Callable[[Any], Any]) -> Planted:
    """Return what changes every model that is loaded for training."""

    def load(*args: Any) -> Any:
        model, fresh = architecture.load(*args)
        change(model)
        return model, fresh

    return lambda: patch.object(outset, "load", load)


def calling_back(callback: Callable[[], TrainerCallback]) -> Planted:
    """Return what adds a callback to every training."""

    def callbacks_of(*args: Any) -> list[TrainerCallback]:
        return [*optimisation.callbacks_of(*args), callback()]

    return lambda: patch.object(training, "callbacks_of", callbacks_of)


def detach(model: Any) -> None:
    """Let no gradient pass from the head to the encoder."""

    def cut(_module: Any, _inputs: Any, output: Any) -> Any:
        for name, value in output.items():
            output[name] = value.detach() if isinstance(value, torch.Tensor) else value
        return output

    model.base_model.register_forward_hook(cut)


def softmax(model: Any) -> None:
    """Let the model give probabilities for logits."""

    def normalise(_module: Any, _inputs: Any, output: Any) -> Any:
        output["logits"] = output["logits"].float().softmax(dim=-1)
        return output

    model.register_forward_hook(normalise)


def keep_gradients(model: Any) -> None:
    """Let the gradients of all steps add up."""
    model.zero_grad = lambda *_, **__: None


def head_forgotten() -> AbstractContextManager[Any]:
    """Keep the head from the optimizer."""

    def optimizer_of(model: Any, *args: Any) -> Any:
        optimizer = optimisation.optimizer_of(model, *args)
        head = set(map(id, layers.parts_of(model)[layers.HEAD]))
        for group in optimizer.param_groups:
            group["params"] = [weights for weights in group["params"] if id(weights) not in head]
        return optimizer

    return patch.object(trainer, "optimizer_of", optimizer_of)


def only_bias_learns() -> AbstractContextManager[Any]:
    """Freeze everything but the head's bias."""

    def freeze(model: Any, _names: Any) -> None:
        for name, weights in model.named_parameters():
            weights.requires_grad_(name == "classifier.bias")

    return patch.object(outset, "freeze", freeze)


def schedule_too_short() -> AbstractContextManager[Any]:
    """Let the rate be 0 after a twentieth of the steps."""

    def schedule_of(optimizer: Any, settings: Any, steps: int) -> Any:
        return optimisation.schedule_of(optimizer, settings, max(2, round(0.05 * steps)))

    return patch.object(trainer, "schedule_of", schedule_of)


class _SortedByLabel(sampling.LengthGrouped):
    def __iter__(self) -> Iterator[int]:
        yield from np.argsort(self._draw.kinds, kind="stable").tolist()


def sorted_by_label() -> AbstractContextManager[Any]:
    """Hand out the rows in the order of their labels, each epoch."""

    def sampler_of(*args: Any) -> Any:
        sampler = sampling.sampler_of(*args)
        sampler.__class__ = _SortedByLabel
        return sampler

    return patch.object(training, "sampler_of", sampler_of)


class _NotANumber(criterion.Criterion):
    def __call__(self, outputs: Any, targets: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        loss = super().__call__(outputs, targets, num_items_in_batch)
        return loss * float("nan") if torch.is_grad_enabled() and self._done >= 0.5 else loss


def not_a_number() -> AbstractContextManager[Any]:
    """Let the loss be no number from half of the steps on."""

    def criterion_of(*args: Any) -> Any:
        made = criterion.criterion_of(*args)
        made.__class__ = _NotANumber
        return made

    return patch.object(training, "criterion_of", criterion_of)


@contextmanager
def mask_broken() -> Iterator[None]:
    """Hide all but the first token of each text."""
    genuine = data.padding_of

    def padding_of(tokenizer: Any) -> Any:
        pad = genuine(tokenizer)

        def first_token_only(rows: Any) -> Any:
            batch = pad(rows)
            batch["attention_mask"][:, 1:] = 0
            return batch

        return first_token_only

    with ExitStack() as stack:
        for module in (data, predict):
            stack.enter_context(patch.object(module, "padding_of", padding_of))
        yield


class DropsGradients(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Loses the gradients before each step of the optimizer."""

    def on_pre_optimizer_step(self, *_: Any, model: nn.Module, **__: Any) -> None:
        """Lose them."""
        model.zero_grad()

"""The peak learning rate: as set, by the model's size, or from how far a few steps move the weights."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count

import torch
from datasets import Dataset
from torch.utils.data import DataLoader
from transformers import DataCollatorWithPadding, PreTrainedModel

from datakit.core.errors import GateError, Problem
from datakit.training.devices import bf16_pays, device
from datakit.training.layers import EMBEDDINGS, HEAD, parts_of
from datakit.training.optimisation import optimizer_of
from datakit.training.sampling import LengthGrouped, Share
from datakit.training.settings import Settings

Batch = Mapping[str, torch.Tensor]
BatchLoss = Callable[[Mapping[str, torch.Tensor], torch.Tensor], torch.Tensor]

#: Update ratios of trainings that succeed (MiniLM on three data sets), and the one to aim at.
HEALTHY = (1e-4, 3e-3)
TARGET = 1e-3

# Below this many parameters an encoder is small enough to want the larger learning rate.
_SMALL = 50_000_000

# LoRA wants ten times the rate of full fine-tuning, a short training 15 (Schulman et al. 2025, LoRA Without
# Regret). MiniLM, 1,000 rows of TREC-6, 4 epochs, validation macro-F1: .889 at 1e-3, .896 at 2e-3 (one seed).
_LORA_FACTOR = 15

_TRIALS = 2
_STEPS = 15  # of a trial
_WARMUP = 10  # of these: AdamW's first steps are the longest by far, and a training warms up too


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One step."""

    rate: float
    loss: float  #: of the batch, before the step, nats
    update_ratio: float  #: of the body


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """A few steps on a copy of the model, and how far they moved it."""

    rate: float  #: peak
    update_ratio: float  #: of the step that moved it farthest


def default_rate(settings: Settings, model: PreTrainedModel) -> float:
    """Return the rate for the model's size, with LoRA its size without the adapters: what `auto` means.

    SGD has none that is sound everywhere; this is where to begin to look for one.
    """
    if settings.optimizer == "sgd":
        return 0.05
    rate = 1e-4 if model.num_parameters() < _SMALL else 3e-5
    return rate * _LORA_FACTOR if settings.lora_rank else rate


def peak_rate(
    model: PreTrainedModel, batches: Iterator[Batch], loss: BatchLoss, settings: Settings
) -> tuple[float, tuple[Trial, ...]]:
    """Return the peak rate that the settings ask for, and the trials that it was suggested by, if it was."""
    if isinstance(settings.learning_rate, float):
        return settings.learning_rate, ()
    rate = default_rate(settings, model)
    return (rate, ()) if settings.learning_rate == "auto" else suggest(model, batches, loss, settings, rate)


def suggest(
    model: PreTrainedModel, batches: Iterator[Batch], loss: BatchLoss, settings: Settings, start: float
) -> tuple[float, tuple[Trial, ...]]:
    """Return a rate at which the body of the model moves as it does in trainings that succeed, and the trials.

    A trial takes 15 steps on a copy of the model, and so tells how far a step moves the weights at a rate: the
    ratio of lengths, which is about proportional to the rate. The rate that would make it 1e-3 is tried next; what
    that trial says is returned. A loss curve could not tell a rate that is too high from one that is too low.

    Args:
        model: stays as it is.
        batches: to train on, 30 of them.
        loss: of outputs and targets.
        settings: the optimizer.
        start: the first rate to try.

    Raises:
        GateError: not a weight of the body moves, or all are lost.
    """
    trials = []
    rate = start
    for _ in range(_TRIALS):
        rates = [rate * min(1.0, (i + 1) / _WARMUP) for i in range(_STEPS)]
        ratio = max(point.update_ratio for point in steps(deepcopy(model), batches, loss, settings, rates))
        if not 0 < ratio < math.inf:
            raise GateError(
                Problem(
                    where="finetune.learning_rate",
                    got=f"no rate can be suggested: at {rate:g} the update ratio of the body is {ratio}",
                    fix="set a number, and see that not all of the encoder is frozen",
                )
            )
        trials.append(Trial(rate=rate, update_ratio=ratio))
        rate *= TARGET / ratio
    return float(f"{rate:.2g}"), tuple(trials)


def steps(
    model: PreTrainedModel,
    batches: Iterator[Batch],
    loss: BatchLoss,
    settings: Settings,
    rates: Iterable[float],
) -> Iterator[Point]:
    """Train the model on batch after batch, at one rate each."""
    where = device()
    model.to(where).train()
    optimizer = optimizer_of(model, settings, 1.0)
    body = body_of(model)
    for rate, batch in zip(rates, batches, strict=False):
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] * rate
        inputs = {name: values.to(where) for name, values in batch.items()}
        targets = inputs.pop("labels")
        with torch.autocast(where.type, torch.bfloat16, enabled=bf16_pays(where)):
            value = loss(model(**inputs), targets)
        value.backward()  # type: ignore[no-untyped-call]
        if settings.max_grad_norm:
            torch.nn.utils.clip_grad_norm_(model.parameters(), settings.max_grad_norm)
        before = [weights.detach().clone() for weights in body]
        optimizer.step()
        optimizer.zero_grad()
        yield Point(rate=rate, loss=value.item(), update_ratio=update_ratio(before, body))


def body_of(model: PreTrainedModel) -> list[torch.nn.Parameter]:
    """Return the matrices of the model's blocks that learn."""
    return [
        parameter
        for part, parameters in parts_of(model).items()
        if part not in (EMBEDDINGS, HEAD)
        for parameter in parameters
        if parameter.requires_grad and parameter.ndim > 1
    ]


def update_ratio(before: Sequence[torch.Tensor], after: Sequence[torch.Tensor]) -> float:
    """Return how far a step moved weights, in relation to their length: 1e-4 to 3e-3 in trainings that succeed.

    The quotient of two Euclidean norms, each over all the weights; 0 where there are none.
    """
    with torch.no_grad():
        moved = _length([new - old for old, new in zip(before, after, strict=True)])
    length = _length(before)
    return moved / length if length else 0.0


def _length(tensors: Sequence[torch.Tensor]) -> float:
    return math.hypot(*(torch.linalg.vector_norm(tensor).item() for tensor in tensors))


def batches_of(
    rows: Dataset, sampler: LengthGrouped, collator: DataCollatorWithPadding, settings: Settings
) -> Iterator[Batch]:
    """Yield batches of rows, epoch after epoch, without end; of several processes, the first one's share."""
    columns = rows.remove_columns("length")
    for epoch in count():
        sampler.set_epoch(epoch)
        yield from DataLoader(columns, batch_sampler=Share(sampler, settings, 0), collate_fn=collator)

"""Faults of training, how each is planted, and which of datakit's codes name it rightly.

A fault is planted in the options, the rows, the folder of the pretrained model, or in the code of the trainer.
The right codes, and whether a recipe can mend it, were written down before any result was looked at; any code of
the tuple is right. A decoy looks like a fault and does no harm.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import planting
import torch

from datakit.core.corpus import Splits


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One way to spoil a training, or one that only looks like it."""

    name: str
    right: tuple[str, ...] = ()  #: codes of datakit's diagnoses and findings that name it; none: a decoy
    options: planting.Options = field(default_factory=dict)
    rows: Callable[[Splits, int], Splits] | None = None
    model: Callable[[Path, Path], None] | None = None
    code: planting.Planted | None = None
    repairable: bool = False  #: whether an option of the recipe mends it, so that the first remedy is tried
    rare: bool = False  #: whether it can be planted only where a label is rare

    @property
    def decoy(self) -> bool:
        """Whether it does no harm."""
        return not self.right


PLAIN: planting.Options = {"epochs": 3, "learning_rate": 2e-4, "patience": 3}
LOW: planting.Options = {"learning_rate": 1e-5}
NO_WEIGHTS: planting.Options = {"class_weights": "none"}

TOO_HIGH = ("learning-rate-too-high", "learning-rate-out-of-range")
TOO_LOW = ("learning-rate-too-low", "learning-rate-out-of-range")
COLLAPSE = ("majority-collapse", "misleading-accuracy")
UNWEIGHTED = ("missing-class-weights", *COLLAPSE)
NOT_LOADED = ("weights-not-loaded",)
CONSTANT = ("constant-text", "duplicate-text", "conflicting-labels")
TRUNCATED = ("truncation",)

_FAULTS = (
    Fault(name="rate-5e-3", right=TOO_HIGH, options={"learning_rate": 5e-3}, repairable=True),
    Fault(name="rate-2e-3", right=TOO_HIGH, options={"learning_rate": 2e-3}, repairable=True),
    Fault(name="rate-1e-6", right=TOO_LOW, options={"learning_rate": 1e-6}, repairable=True),
    Fault(name="rate-1e-7", right=TOO_LOW, options={"learning_rate": 1e-7}, repairable=True),
    Fault(
        name="sgd-2e-5",
        right=("wrong-optimizer",),
        options={"optimizer": "sgd", "momentum": 0.0, "learning_rate": 2e-5},
        repairable=True,
    ),
    Fault(
        name="no-warm-up-1e-3",
        right=("no-warm-up", *TOO_HIGH),
        options={"learning_rate": 1e-3, "warmup": 0.0, "max_grad_norm": 0.0},
        repairable=True,
    ),
    Fault(
        name="unweighted",
        right=UNWEIGHTED,
        options=NO_WEIGHTS,
        repairable=True,
        rare=True,
    ),
    Fault(name="inverted-weights", right=("inverted-class-weights",), repairable=True, rare=True),
    Fault(name="few-rows", right=("few-training-rows", "too-few-steps", "rare-class"), rows=planting.few_rows),
    Fault(name="labels-shuffled", right=("labels-shuffled", "reference-at-chance"), rows=planting.labels_shuffled),
    Fault(name="label-noise-40%", right=("label-noise", "suspect-label"), rows=planting.label_noise),
    Fault(name="sorted-batches", right=("sorted-batches",), code=planting.sorted_by_label),
    Fault(
        name="body-frozen-2e-5",
        right=("frozen-body",),
        options={"freeze": "embeddings,0-%LAST%", "learning_rate": 2e-5},
        repairable=True,
    ),
    Fault(name="body-detached", right=("frozen-body",), code=planting.building(planting.detach)),
    Fault(name="only-bias-learns", right=("nothing-learns",), code=planting.only_bias_learns),
    Fault(
        name="gradients-dropped",
        right=("nothing-learns",),
        code=planting.calling_back(planting.DropsGradients),
    ),
    Fault(name="head-not-in-optimizer", right=("head-not-learning",), code=planting.head_forgotten),
    Fault(name="schedule-ends-at-5%", right=("schedule-ends-early",), code=planting.schedule_too_short),
    Fault(
        name="softmax-before-loss",
        right=("softmax-before-cross-entropy",),
        code=planting.building(planting.softmax),
    ),
    Fault(name="mask-broken", right=("identical-representations",), code=planting.mask_broken),
    Fault(name="random-weights", right=NOT_LOADED, model=planting.random_weights),
    Fault(name="weights-not-loaded", right=NOT_LOADED, model=planting.renamed_weights),
    Fault(name="wrong-tokenizer", right=("wrong-tokenizer",), model=planting.permuted_vocabulary),
    Fault(
        name="validation-map",
        right=("validation-label-map", "label-drift", "reference-below-chance"),
        rows=planting.validation_map_shifted,
    ),
    Fault(name="truncated-to-5", right=TRUNCATED, options={"max_length": 5}, repairable=True),
    Fault(name="truncated-to-8", right=TRUNCATED, options={"max_length": 8}, repairable=True),
    Fault(
        name="validation-leaked",
        right=("split-leakage", "validation-too-good"),
        rows=planting.validation_leaked,
    ),
    Fault(name="not-a-number", right=("diverged",), code=planting.not_a_number),
    Fault(name="batch-of-1", right=("tiny-batch",), options={"batch_size": 1}, repairable=True),
    Fault(
        name="dropout-.6",
        right=("dropout-too-high",),
        options={"dropout": 0.6, "attention_dropout": 0.6},
        repairable=True,
    ),
    Fault(name="constant-text", right=CONSTANT, rows=planting.constant_text),
    Fault(
        name="bf16-weights-2e-5",
        right=("low-precision-weights",),
        options={"learning_rate": 2e-5},
        code=planting.building(lambda model: model.to(torch.bfloat16)),
    ),
    Fault(
        name="too-few-steps",
        right=("too-few-steps", "under-trained"),
        options={"epochs": 1, "batch_size": 64},
        repairable=True,
    ),
    # pairs
    Fault(
        name="unweighted+rate-1e-5",
        right=(*TOO_LOW, *COLLAPSE),
        options={**NO_WEIGHTS, **LOW},
        repairable=True,
        rare=True,
    ),
    Fault(
        name="weights+rate-1e-5",
        right=(*TOO_LOW, *COLLAPSE, "under-trained"),
        options={"class_weights": "balanced", **LOW},
        repairable=True,
        rare=True,
    ),
    Fault(
        name="truncated-to-5+rate-1e-6",
        right=(*TRUNCATED, *TOO_LOW),
        options={"max_length": 5, "learning_rate": 1e-6},
    ),
    Fault(
        name="label-noise-40%+rate-5e-3",
        right=TOO_HIGH,
        options={"learning_rate": 5e-3},
        rows=planting.label_noise,
    ),
    Fault(
        name="dropout-.6+rate-1e-6",
        right=(*TOO_LOW, "dropout-too-high"),
        options={"dropout": 0.6, "attention_dropout": 0.6, "learning_rate": 1e-6},
    ),
    # decoys
    Fault(name="gradients-kept", code=planting.building(planting.keep_gradients)),
    Fault(name="weight-decay-5", options={"weight_decay": 5.0}),
    Fault(name="weight-decay-.1", options={"weight_decay": 0.1}),
    Fault(name="cosine", options={"schedule": "cosine"}),
    Fault(name="constant-rate", options={"schedule": "constant"}),
    Fault(name="cosine-restarts", options={"schedule": "cosine-restarts"}),
    Fault(name="batch-of-8", options={"batch_size": 8}),
    Fault(name="batch-of-32", options={"batch_size": 32}),
    Fault(name="dropout-.2", options={"dropout": 0.2}),
    Fault(name="no-clipping", options={"max_grad_norm": 0.0}),
    Fault(name="no-warm-up-2e-4", options={"warmup": 0.0}),
    Fault(name="label-smoothing", options={"loss_options": {"label_smoothing": 0.1}}),
    Fault(name="focal", options={"loss": "focal"}),
    Fault(name="balanced-sampling", options={"sampling": "balanced"}),
    Fault(name="layer-decay-.9", options={"layer_decay": 0.9}),
    Fault(name="embeddings-frozen", options={"freeze": "embeddings"}),
    Fault(name="adafactor", options={"optimizer": "adafactor"}),
    Fault(name="label-noise-5%", rows=lambda splits, seed: planting.label_noise(splits, seed, 0.05)),
    Fault(name="bf16-weights-2e-4", code=planting.building(lambda model: model.to(torch.bfloat16))),
    Fault(name="max-length-48", options={"max_length": 48}),
)
FAULTS: Mapping[str, Fault] = MappingProxyType({one.name: one for one in _FAULTS})

#: Healthy trainings: peak rates at which the encoder learns within the steps there are.
HEALTHY: Mapping[str, planting.Options] = MappingProxyType(
    {f"healthy-{rate:g}": {"learning_rate": rate} for rate in (1e-4, 2e-4, 3e-4, 5e-4)}
)


def options_of(name: str, splits: Splits, blocks: int) -> dict[str, Any]:
    """Return the options of the recipe's section `finetune` for a fault, a decoy or a healthy training.

    Args:
        name: of it.
        splits: whose labels class weights are for.
        blocks: of the encoder.
    """
    own: dict[str, Any] = dict(HEALTHY[name] if name in HEALTHY else FAULTS[name].options)
    if "freeze" in own:
        own["freeze"] = own["freeze"].replace("%LAST%", str(blocks - 1))
    if name == "inverted-weights":
        own |= planting.inverted_weights(splits)
    return {**PLAIN, **own}

"""How the weights move: the optimizer over the model's parameters, and the schedule of its learning rate."""

from collections import defaultdict
from functools import partial
from typing import Any

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, ReduceLROnPlateau
from transformers import (
    Adafactor,
    PreTrainedModel,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    get_scheduler,
)
from transformers.trainer_pt_utils import get_parameter_names

from datakit.training.layers import GradualUnfreezing, parts_of
from datakit.training.settings import Settings

# Smith 2017 takes a third to a fourth of the peak for the foot of a cycle.
_FOOT = 0.25

_TRANSFORMERS_NAMES = {
    "linear": "linear",
    "cosine": "cosine",
    "cosine-restarts": "cosine_with_restarts",
    "constant": "constant_with_warmup",
}


def optimizer_of(model: PreTrainedModel, settings: Settings, rate: float) -> Optimizer:
    """Return the optimizer over the parameters that learn; biases and norms do not decay.

    Args:
        model: whose parameters with `requires_grad` are moved.
        settings: which optimizer, its decay, L1 and layer-wise rates.
        rate: peak learning rate; the head's, where the layers have rates of their own.
    """
    groups = _groups(model, settings, rate)
    optimizer: Optimizer
    if settings.optimizer == "sgd":
        optimizer = torch.optim.SGD(groups, lr=rate, momentum=settings.momentum)
    elif settings.optimizer == "adafactor":
        # With a rate from outside a step is about as long as AdamW's, so the same rates are sound.
        optimizer = Adafactor(groups, lr=rate, scale_parameter=False, relative_step=False)
    else:
        optimizer = torch.optim.AdamW(groups, lr=rate, fused=True)
    if settings.l1:
        optimizer.register_step_post_hook(partial(_shrink, strength=settings.l1))
    return optimizer


def schedule_of(optimizer: Optimizer, settings: Settings, steps: int) -> LRScheduler:
    """Return the schedule over `steps` optimizer steps: from 0 over the warm-up to the peak, then as is asked for.

    A `plateau` is the Trainer's to step, with the validation macro-F1 of each epoch; it halves the rate after an
    epoch that was no better, and its warm-up is `WarmUp`'s.
    """
    warmup = round(settings.warmup * steps)
    if settings.schedule == "plateau":
        return ReduceLROnPlateau(optimizer, mode="max", factor=0.5, patience=0, threshold=0.0)
    if settings.schedule == "cyclical":
        return LambdaLR(optimizer, partial(_triangle, warmup=warmup, steps=steps, cycles=settings.cycles))
    specific = {"num_cycles": settings.cycles} if settings.schedule == "cosine-restarts" else None
    schedule: LRScheduler = get_scheduler(
        _TRANSFORMERS_NAMES[settings.schedule],
        optimizer,
        num_warmup_steps=warmup,
        num_training_steps=steps,
        scheduler_specific_kwargs=specific,
    )
    return schedule


def callbacks_of(model: PreTrainedModel, settings: Settings) -> list[TrainerCallback]:
    """Return what steers the optimizer during training, beside the schedule."""
    callbacks: list[TrainerCallback] = []
    if settings.schedule == "plateau" and settings.warmup:
        callbacks.append(WarmUp(settings.warmup))
    if settings.unfreeze:
        callbacks.append(GradualUnfreezing(model, settings.unfreeze))
    return callbacks


class WarmUp(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Raises the rate from 0 to the peak, where the schedule is stepped only once an epoch.

    Args:
        fraction: of all steps.
    """

    def __init__(self, fraction: float) -> None:
        self._fraction = fraction

    def on_step_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        optimizer: Optimizer,
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Set the rate of this step."""
        steps = round(self._fraction * state.max_steps)
        if state.global_step <= steps:
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * state.global_step / max(1, steps)


def _groups(model: PreTrainedModel, settings: Settings, rate: float) -> list[dict[str, Any]]:
    """Return the parameters by rate and decay, the highest rate first: that is the one that is logged.

    With a layer-wise decay d a part learns at d to the power of its distance from the head. Source: Howard & Ruder
    2018, discriminative fine-tuning; Clark et al. 2020, ELECTRA, which takes .8 to .9 for classification.
    """
    decaying = set(get_parameter_names(model, [torch.nn.LayerNorm], ["bias", "layernorm", "rmsnorm", "norm"]))
    distance = {
        id(parameter): below
        for below, parameters in enumerate(reversed(parts_of(model).values()))
        for parameter in parameters
    }
    groups: dict[tuple[float, bool], list[torch.nn.Parameter]] = defaultdict(list)
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            share = settings.layer_decay ** distance[id(parameter)]
            groups[share, name in decaying].append(parameter)
    return [
        {
            "params": groups[share, decays],
            "lr": rate * share,
            "initial_lr": rate * share,
            "weight_decay": settings.weight_decay if decays else 0.0,
            "decays": decays,
        }
        for share, decays in sorted(groups, reverse=True)
    ]


def _shrink(optimizer: Optimizer, *_: Any, strength: float) -> None:  # noqa: ANN401
    """Move the decaying weights that learn towards 0 by rate times `strength`, and no further.

    The proximal step of the L1 norm, apart from the gradient: as a term of the loss it would be divided by AdamW's
    second moment, and no weight would ever be exactly 0. Source: Parikh & Boyd 2014, Proximal Algorithms, 6.5.2;
    Loshchilov & Hutter 2019, for keeping the decay apart.
    """
    for group in optimizer.param_groups:
        if group["decays"]:
            reach = group["lr"] * strength
            for parameter in group["params"]:
                if parameter.grad is not None:
                    with torch.no_grad():
                        parameter.sub_(parameter.clamp(-reach, reach))


def _triangle(step: int, *, warmup: int, steps: int, cycles: int) -> float:
    """Return the share of the peak at a step: up to the foot, then `cycles` triangles between foot and peak.

    Source: Smith 2017, Cyclical Learning Rates for Training Neural Networks.
    """
    if step < warmup:
        return _FOOT * step / warmup
    turn = (step - warmup) / max(1, steps - warmup) * cycles % 1
    return _FOOT + (1 - _FOOT) * (1 - abs(2 * turn - 1))

"""How the weights move: the optimizer over the model's parameters, and the schedule of its learning rate."""

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import PreTrainedModel, get_scheduler
from transformers.trainer_pt_utils import get_parameter_names

from datakit.training.settings import Settings


def optimizer_of(model: PreTrainedModel, settings: Settings, rate: float) -> Optimizer:
    """Return AdamW over the parameters that learn; biases and norms do not decay.

    Args:
        model: whose parameters with `requires_grad` are moved.
        settings: weight decay.
        rate: peak learning rate.
    """
    decaying = set(get_parameter_names(model, [torch.nn.LayerNorm], ["bias", "layernorm", "rmsnorm", "norm"]))
    groups: dict[bool, list[torch.nn.Parameter]] = {True: [], False: []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups[name in decaying].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "weight_decay": settings.weight_decay if decays else 0.0}
            for decays, parameters in groups.items()
            if parameters
        ],
        lr=rate,
        fused=True,
    )


def schedule_of(optimizer: Optimizer, settings: Settings, steps: int) -> LRScheduler:
    """Return the schedule: linear from 0 over the warm-up to the peak, then linear to 0 at the last of `steps`."""
    schedule: LRScheduler = get_scheduler(
        "linear", optimizer, num_warmup_steps=round(settings.warmup * steps), num_training_steps=steps
    )
    return schedule

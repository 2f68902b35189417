"""LoRA: small matrices learn beside the encoder's frozen ones, and are added to them in the end."""

from collections.abc import Callable

from torch.nn import Linear
from transformers import PreTrainedModel

from datakit.core.errors import Problem, UsageError
from datakit.core.extras import needs
from datakit.training.layers import EMBEDDINGS, HEAD, parts_of
from datakit.training.settings import Settings


def adapt(model: PreTrainedModel, settings: Settings) -> Callable[[], None]:
    """Put LoRA adapters into the blocks of `model`, if that is asked for; return what merges them in again.

    The head learns in full, everything else stays as it is. The model keeps its class, so checkpoints are ordinary
    ones, with the adapters beside the weights; after merging it is the plain model, and so is its folder. The
    adapters are drawn from torch's global generator.

    Source: Hu et al. 2022, LoRA: Low-Rank Adaptation of Large Language Models.

    Raises:
        UsageError: peft is not installed, or the model has no such matrices.
    """
    if not settings.lora_rank:
        return lambda: None
    peft = needs("peft", extra="lora")
    head = parts_of(model)[HEAD]
    config = peft.LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha if settings.lora_alpha is not None else 2 * settings.lora_rank,
        lora_dropout=settings.lora_dropout,
        target_modules=_targets(model, settings.lora_targets),
    )
    adapters = peft.LoraModel(model, config, "default")
    for parameter in head:
        parameter.requires_grad_(True)

    def merge() -> None:
        adapters.merge_and_unload()

    return merge


def _targets(model: PreTrainedModel, wanted: str) -> list[str]:
    """Return the full names of the matrices in the blocks that are wanted: all, or those with these last names."""
    inside = {
        id(parameter)
        for part, parameters in parts_of(model).items()
        if part not in (EMBEDDINGS, HEAD)
        for parameter in parameters
    }
    matrices = [name for name, m in model.named_modules() if isinstance(m, Linear) and id(m.weight) in inside]
    if wanted == "all-linear":
        return matrices
    endings = [ending.strip() for ending in wanted.split(",")]
    found = {e: [name for name in matrices if f".{name}".endswith(f".{e}")] for e in endings}
    if missing := [ending for ending, names in found.items() if not names]:
        known = sorted({name.rpartition(".")[2] for name in matrices})
        raise UsageError(
            Problem(
                where="finetune.lora_targets",
                got=f"the blocks have no {', no '.join(missing)}",
                fix=f"all-linear, or some of {', '.join(known)}",
            )
        )
    return sorted({name for names in found.values() for name in names})

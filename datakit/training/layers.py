"""A model's parts, named alike in every family: the embeddings, the blocks 0 to n - 1, the head."""

from collections.abc import Iterator, Sequence
from typing import Any

from torch.nn import ModuleList, Parameter
from transformers import PreTrainedModel, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from datakit.core.errors import Problem, UsageError

EMBEDDINGS, HEAD = "embeddings", "head"


def blocks_of(model: PreTrainedModel) -> ModuleList:
    """Return the blocks: the longest list of modules in the encoder that is not inside another."""
    lists = [(name, m) for name, m in model.base_model.named_modules() if isinstance(m, ModuleList)]
    outer = [m for name, m in lists if not any(name.startswith(f"{other}.") for other, _ in lists)]
    return max(outer, key=len, default=ModuleList())


def parts_of(model: PreTrainedModel) -> dict[str, list[Parameter]]:
    """Return the parameters of each part, from the input to the output: `embeddings`, `0`, …, `n - 1`, `head`.

    What comes before the blocks, or holds positions that all of them share, is the embeddings; what comes after,
    a pooler or a last norm too, is the head. Each parameter is in one part.
    """
    blocks = blocks_of(model)
    parts = {EMBEDDINGS: [], **{str(i): list(block.parameters()) for i, block in enumerate(blocks)}, HEAD: []}
    inside = {id(parameter) for block in blocks for parameter in block.parameters()}
    encoder = {id(parameter) for parameter in model.base_model.parameters()}
    passed = False  # whether the blocks lie behind us: parameters are listed in the order of the modules
    for name, parameter in model.named_parameters():
        if id(parameter) in inside:
            passed = True
            continue
        shared = any(word in name for word in ("embed", "relative"))
        before = id(parameter) in encoder and (shared or not passed)
        parts[EMBEDDINGS if before else HEAD].append(parameter)
    return parts


def freeze(model: PreTrainedModel, names: str | None) -> None:
    """Let parts of the model learn no more.

    Args:
        model: changed in place.
        names: e.g. `embeddings,0-3`; None for none.

    Raises:
        UsageError: the model has no such part; all that are wrong are named, and what it has.
    """
    if names is None:
        return
    parts = parts_of(model)
    wanted = list(_spelt_out(names))
    if unknown := [name for name in wanted if name not in parts]:
        raise UsageError(
            Problem(
                where="finetune.freeze",
                got=f"the model has no {', no '.join(unknown)}",
                fix=f"it has {EMBEDDINGS} and the blocks 0 to {len(parts) - 3}",
            )
        )
    for name in wanted:
        _let_learn(parts[name], learns=False)


class GradualUnfreezing(TrainerCallback):  # type: ignore[misc]  # transformers is not typed
    """Lets the head learn alone in the first epoch, and some more parts below it in each epoch after.

    The optimizer holds all parameters from the beginning; one without a gradient is not moved. What did not
    learn before stays as it is. Which parts learn depends on the epoch alone, so a resumed training goes on
    as it would have.

    Source: Howard & Ruder 2018, Universal Language Model Fine-tuning for Text Classification (ULMFiT), 3.3.

    Args:
        model: the one to be trained.
        parts: that join in with each epoch.
    """

    def __init__(self, model: PreTrainedModel, parts: int) -> None:
        everything = reversed(parts_of(model).values())
        self._parts = [[p for p in parameters if p.requires_grad] for parameters in everything]
        self._step = parts

    def on_epoch_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002, ANN401
    ) -> None:
        """Thaw what joins in with this epoch."""
        learning = 1 + int(state.epoch or 0) * self._step
        for i, parameters in enumerate(self._parts):
            _let_learn(parameters, learns=i < learning)


def _spelt_out(names: str) -> Iterator[str]:
    """Yield each part that is meant: `0-3` means 0, 1, 2, 3."""
    for name in names.replace(" ", "").split(","):
        first, dash, last = name.partition("-")
        if dash:
            yield from map(str, range(int(first), int(last) + 1))
        else:
            yield name


def _let_learn(parameters: Sequence[Parameter], *, learns: bool) -> None:
    for parameter in parameters:
        parameter.requires_grad_(learns)

"""How to train: the options of the recipe's section `finetune`, but for the model. Loads nothing heavy."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from datakit.core.errors import Problem, UsageError
from datakit.training.losses._base import Loss
from datakit.training.registries import losses

LongTexts = Literal["head", "head-tail", "chunks"]
Sampling = Literal["shuffled", "balanced", "oversample", "undersample"]
Label = Annotated[str, Field(coerce_numbers_to_str=True)]  # YAML reads the label 0 as a number
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(gt=0)]

_EPOCHS, _MOST_EPOCHS, _STEPS_A_LABEL, _PATIENCE = 4, 20, 36, 2  # of auto


class Settings(BaseModel):
    """How to train; the defaults are sound for BERT-type encoders on short texts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: Count | Literal["auto"] = Field(
        "auto",
        description=f"at most; auto: {_EPOCHS}, or as many as make {_STEPS_A_LABEL} steps a label, "
        f"but no more than {_MOST_EPOCHS}",
    )
    batch_size: int = Field(16, gt=0, description="rows; of each process")
    processes: int = Field(
        1, gt=0, description="that train together, each on a GPU of its own; a batch is batch_size rows of each"
    )
    # MiniLM is healthy from 1e-4 to 5e-4 on three data sets, and best at 1e-4 where steps suffice (macro-F1 on
    # validation at 1e-4 and 2e-4: SST-2 .885 and .864, two seeds; banking77 .922 and .919; TREC-6 .928 and .935).
    # Devlin et al. 2019 advise 2e-5 to 5e-5 for BERT.
    learning_rate: Annotated[float, Field(gt=0, lt=1)] | Literal["auto", "suggest"] = Field(
        "auto",
        description="peak; auto: 1e-4 for encoders under 50M parameters, else 3e-5, with LoRA 15 times that; "
        "suggest: from how far 30 steps on a copy of the model move its weights",
    )
    optimizer: Literal["adamw", "sgd", "adafactor"] = Field(
        "adamw", description="adafactor takes less memory; sgd needs a learning_rate of its own"
    )
    momentum: float = Field(0.9, ge=0, lt=1, description="of sgd")
    weight_decay: float = Field(0.01, ge=0, description="towards 0, but for biases and norms")
    l1: float = Field(0.0, ge=0, description="towards exactly 0, by rate times this at each step")
    schedule: Literal["linear", "cosine", "cosine-restarts", "cyclical", "constant", "plateau"] = Field(
        "linear",
        description="of the rate; linear and cosine fall to 0; cyclical: triangles down to a quarter of the peak; "
        "plateau: halved after an epoch without a better macro-F1",
    )
    cycles: int = Field(2, gt=0, description="of cosine-restarts and cyclical, in the whole training")
    warmup: float = Field(0.1, ge=0, lt=1, description="fraction of all steps, before the decay")
    max_grad_norm: float = Field(1.0, ge=0, description="longer gradients are clipped; 0: none is")
    accumulation: int = Field(1, gt=0, description="batches whose gradients make one step")
    dropout: float | None = Field(None, ge=0, lt=1, description="of the encoder; null: the model's own")
    attention_dropout: float | None = Field(None, ge=0, lt=1, description="null: the model's own")
    head_dropout: float | None = Field(None, ge=0, lt=1, description="null: the model's own")
    freeze: str | None = Field(
        None,
        pattern=r"^\s*(embeddings|\d+(-\d+)?)(\s*,\s*(embeddings|\d+(-\d+)?))*\s*$",
        coerce_numbers_to_str=True,
        description="parts that do not learn, e.g. embeddings,0-3; null: none",
    )
    unfreeze: int = Field(
        0, ge=0, description="parts that join in with each epoch, from the head down; 0: all learn from the start"
    )
    layer_decay: float = Field(
        1.0, gt=0, le=1, description="a part's rate is this times that of the part above; the head has the peak"
    )
    lora_rank: int = Field(0, ge=0, description="of LoRA adapters, which learn in place of the encoder; 0: none")
    lora_alpha: float | None = Field(None, gt=0, description="strength of the adapters; null: twice the rank")
    lora_dropout: float = Field(0.0, ge=0, lt=1, description="of what the adapters read")
    lora_targets: str = Field(
        "all-linear", description="matrices of the blocks that get one: all, or last names, e.g. query,value"
    )
    cache: bool = Field(
        True, description="compute frozen embeddings and lowest blocks once, without dropout, not at each step"
    )
    max_length: int = Field(256, gt=2, description="tokens read of each text, the special ones included")
    long_texts: LongTexts = Field(
        "head",
        description="what is read of texts longer than that: head; head-tail: its first quarter and the end; "
        "chunks: all, in windows whose logits are averaged",
    )
    class_weights: Literal["auto", "balanced", "effective", "none"] | dict[Label, Weight] = Field(
        "auto",
        description="balanced: each label weighs the same; effective: less so, the more rows there are; or "
        "{label: weight}; auto: balanced where nothing else is done about rare labels",
    )
    class_weights_beta: float = Field(0.999, ge=0, lt=1, description="of effective: 0 is none, towards 1 balanced")
    class_weights_after: float = Field(
        0.0, ge=0, lt=1, description="fraction of all steps before the weights come into effect"
    )
    loss: str = Field("cross-entropy", description="cross-entropy, focal, logit-adjustment or ldam")
    loss_options: dict[str, Any] = Field({}, description="of the loss, e.g. {gamma: 1}; see datakit explain focal")
    sampling: Sampling = Field(
        "shuffled",
        description="rows of an epoch: all; balanced: drawn with all labels equally likely; oversample: copies up "
        "to the largest label; undersample: down to the smallest, each epoch others",
    )
    patience: Count | Literal["auto"] = Field(
        "auto",
        description="epochs without a better macro-F1 before it stops; auto: a quarter of all, "
        f"but no fewer than {_PATIENCE}",
    )

    def epochs_for(self, rows: int, labels: int) -> int:
        """Return how many epochs there are at most.

        Few rows, or many labels, want more epochs (Mosbach et al. 2021, On the stability of fine-tuning BERT,
        advise 20 for the small sets of GLUE). Measured with MiniLM: 640 rows of six labels reach a macro-F1 of .83
        after 7 steps a label and .94 after 17; 8,177 rows of 77 labels .917 after 27 and .926 after 40.

        Args:
            rows: to learn from.
            labels: of the task.
        """
        if self.epochs != "auto":
            return self.epochs
        each = ceil(rows / (self.batch_size * self.processes * self.accumulation))
        return min(max(_EPOCHS, ceil(_STEPS_A_LABEL * labels / each)), _MOST_EPOCHS)

    def patience_for(self, epochs: int) -> int:
        """Return after how many epochs without a better one a training of that many stops.

        Of many short epochs the first ones lie in the warm-up, and are no better than a blind answer.
        """
        return max(_PATIENCE, epochs // 4) if self.patience == "auto" else self.patience

    @property
    def class_weights_in_effect(self) -> Literal["balanced", "effective", "none"] | Mapping[str, float]:
        """What `class_weights` comes to: automatic ones are no second remedy beside another."""
        if self.class_weights != "auto":
            return self.class_weights
        remedied = self.sampling != "shuffled" or losses.get(self.loss).remedy
        return "none" if remedied else "balanced"

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if problems := _conflicts(self):
            raise conflict(problems)
        return self


def conflict(problems: Sequence[Problem]) -> PydanticCustomError:
    """Return the error for options that are each of the right type, and yet cannot be followed."""
    told = "; ".join(f"{problem.where}: {problem.got} ({problem.fix})" for problem in problems)
    return PydanticCustomError("conflict", "{told}", {"told": told, "problems": problems})


def _conflicts(settings: Settings) -> list[Problem]:
    """Return the combinations of options that fight each other; `where` is one of the options."""
    try:
        loss = losses.build(settings.loss, settings.loss_options)
    except UsageError as error:
        return [Problem(where="loss", got=problem.got, fix=problem.fix) for problem in error.problems]
    return [*_imbalance_conflicts(settings, loss), *_optimisation_conflicts(settings)]


def _imbalance_conflicts(settings: Settings, loss: Loss) -> Iterator[Problem]:
    """Yield where rare labels would count twice."""
    weighs, resamples = settings.class_weights_in_effect != "none", settings.sampling != "shuffled"
    after = settings.class_weights_after
    if weighs and resamples:
        yield Problem(
            where="class_weights",
            got=f"with sampling: {settings.sampling} rare labels count twice, drawn more often and weighing more",
            fix="leave class_weights at auto, or sampling at shuffled",
        )
    if weighs and loss.class_weights == "never":
        yield Problem(
            where="class_weights",
            got=f"rare labels count twice: {settings.loss} {loss.remedy} already",
            fix="leave class_weights at auto, or choose another loss",
        )
    if weighs and loss.class_weights == "deferred" and not after:
        yield Problem(
            where="class_weights",
            got=f"weights from the start harm {settings.loss} (Cao et al. 2019)",
            fix="set class_weights_after to 0.8, or leave class_weights at auto",
        )
    if resamples and not loss.resampling:
        yield Problem(
            where="sampling",
            got=f"{settings.loss} {loss.remedy} by the counts of train, which {settings.sampling} changes",
            fix="leave sampling at shuffled, or choose another loss",
        )
    if after and not weighs:
        yield Problem(
            where="class_weights_after",
            got="there are no class weights that could come into effect",
            fix="set class_weights, e.g. to effective",
        )


def _optimisation_conflicts(settings: Settings) -> Iterator[Problem]:
    """Yield what would be without effect, or could not work."""
    if settings.optimizer == "sgd" and settings.learning_rate == "auto":
        yield Problem(
            where="learning_rate",
            got="auto knows the rates of adaptive optimizers; with sgd hardly a weight would move",
            fix="set learning_rate to suggest, or to a number, e.g. 0.05",
        )
    if settings.schedule == "plateau" and settings.patience == 1:
        yield Problem(
            where="schedule",
            got="training stops at the plateau, before a lower rate can help",
            fix="set patience to 2 or more",
        )
    if settings.lora_rank:
        if settings.freeze or settings.unfreeze:
            yield Problem(
                where="lora_rank",
                got="LoRA freezes the encoder itself, and its adapters learn in all blocks",
                fix="leave out freeze and unfreeze",
            )
        if settings.learning_rate == "suggest":
            yield Problem(
                where="learning_rate",
                got="a rate is suggested from how far weights move, and adapters begin at 0",
                fix="set learning_rate to auto, or to a number",
            )

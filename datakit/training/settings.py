"""How to train: the options of the recipe's section `finetune`, but for the model. Loads nothing heavy."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """How to train; the defaults are sound for BERT-type encoders on short texts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int = Field(4, gt=0, description="at most")
    batch_size: int = Field(16, gt=0, description="rows; with several devices, on each")
    # MiniLM is healthy from 1e-4 to 5e-4 on three data sets; Devlin et al. 2019 advise 2e-5 to 5e-5 for BERT.
    learning_rate: Annotated[float, Field(gt=0, lt=1)] | Literal["auto"] = Field(
        "auto", description="peak; auto: 2e-4 for encoders under 50M parameters, else 3e-5"
    )
    weight_decay: float = Field(0.01, ge=0)
    warmup: float = Field(0.1, ge=0, lt=1, description="fraction of all steps, before the decay")
    max_length: int = Field(256, gt=2, description="tokens read of each text, the special ones included")
    class_weights: Literal["balanced", "none"] = "balanced"
    patience: int = Field(2, gt=0, description="epochs without a better macro-F1 before it stops")

"""What the stages share that look at a training, or make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.pipeline.keys import device_class, versions
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.stages._base import Stage
from datakit.training.models import resolve


@dataclass(frozen=True, kw_only=True)
class TrainingStage(Stage):
    """Its options are those of `finetune`, and it reads what training reads."""

    needs: ClassVar[tuple[str, ...]] = ("splits", "augmented.parquet")

    model: str
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:  # noqa: ARG003
        """Build the stage from a recipe."""
        options = recipe.finetune.model_dump()
        return cls(model=options.pop("model"), settings=options)

    def taught_by(self) -> dict[str, str]:
        """Return the digest of the model, the kind of device, and the version of what makes adapters, if any."""
        adapters = versions(("peft",)) if self.settings["lora_rank"] else {}
        return {"model": resolve(self.model).digest, "device": device_class(), **adapters}

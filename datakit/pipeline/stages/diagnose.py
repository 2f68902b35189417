"""`diagnose`: what went wrong in training, judged from the history and the figures."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.core.files import from_json, to_json
from datakit.core.findings import Report
from datakit.core.history import History
from datakit.diagnosis import diagnose
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.stages._base import Context, Stage


@dataclass(frozen=True, kw_only=True)
class Diagnose(Stage):
    """Gives the diagnoses, each with a remedy that is a patch of the recipe."""

    name: ClassVar[str] = "diagnose"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("history.json", "metrics.json")
    gives: ClassVar[tuple[str, ...]] = ("diagnoses.json",)
    rooms: ClassVar[tuple[str, ...]] = ("core", "diagnosis", "pipeline/stages/diagnose")
    packages: ClassVar[tuple[str, ...]] = ("msgspec",)
    seeded: ClassVar[bool] = False

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:  # noqa: ARG003
        """Build the stage from a recipe."""
        return cls()

    def run(self, context: Context) -> Report:
        """Judge."""
        history = from_json(context.inputs["history.json"].read_bytes(), History)
        metrics = from_json(context.inputs["metrics.json"].read_bytes(), dict[str, Any])
        diagnoses = diagnose(history, metrics)
        (context.outputs / "diagnoses.json").write_bytes(to_json([asdict(d) for d in diagnoses]))
        return Report(stage=self.name, findings=tuple(d.finding for d in diagnoses))

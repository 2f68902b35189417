"""`evaluate`: the figures on the untouched test split, beside the plain baselines."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.core.corpus import Corpus, Splits
from datakit.core.files import to_json, to_json_lines
from datakit.core.findings import Report
from datakit.core.story import WorstError
from datakit.pipeline.keys import device_class
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.stages._base import Context, Stage


@dataclass(frozen=True, kw_only=True)
class Evaluate(Stage):
    """Gives the metrics, every test row's probabilities, and the worst errors."""

    name: ClassVar[str] = "evaluate"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("splits", "model")
    gives: ClassVar[tuple[str, ...]] = ("metrics.json", "predictions.jsonl", "worst.json")
    rooms: ClassVar[tuple[str, ...]] = ("core", "training", "evaluation", "pipeline/stages/evaluate")
    packages: ClassVar[tuple[str, ...]] = ("torch", "transformers", "tokenizers", "scikit-learn")

    max_length: int
    worst: int

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:  # noqa: ARG003
        """Build the stage from a recipe."""
        return cls(max_length=recipe.finetune.max_length, worst=recipe.evaluate.worst)

    def outside(self) -> Mapping[str, str]:
        """Return the kind of device."""
        return {"device": device_class()}

    def run(self, context: Context) -> Report:
        """Predict the test split and measure."""
        from datakit.evaluation import baselines, measure
        from datakit.training.predict import Classifier

        splits = Splits.open(context.inputs["splits"])
        model = Classifier(context.inputs["model"], self.max_length)
        probabilities = model.probabilities(splits.test.texts)
        metrics = measure(model.labels, splits.test.labels, probabilities, seed=context.seed)
        beside = baselines(splits.train, splits.test, seed=context.seed)
        rows = _predictions(splits.test, model.labels, probabilities)
        (context.outputs / "metrics.json").write_bytes(to_json({"model": metrics, "baselines": beside}))
        (context.outputs / "predictions.jsonl").write_bytes(to_json_lines(rows))
        (context.outputs / "worst.json").write_bytes(to_json(_worst(splits.test, rows)[: self.worst]))
        figures = ("rows", "accuracy", "accuracy_interval", "macro_f1", "macro_f1_interval")
        shown = {"model": metrics, **beside}
        return Report(
            stage=self.name,
            figures={name: {f: asdict(m)[f] for f in figures} for name, m in shown.items()},
        )


def _predictions(test: Corpus, labels: tuple[str, ...], probabilities: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    """Return one row a test row; probabilities are rounded to six digits."""
    return [
        {
            "id": row,
            "label": label,
            "predicted": labels[scores.argmax()],
            "probabilities": dict(zip(labels, scores.round(6).tolist(), strict=True)),
        }
        for row, label, scores in zip(test.ids, test.labels, probabilities, strict=True)
    ]


def _worst(test: Corpus, rows: list[dict[str, Any]]) -> list[WorstError]:
    """Return the wrong answers, the surest first."""
    errors = [
        WorstError(
            id=row["id"],
            line=line,
            text=text,
            label=row["label"],
            predicted=row["predicted"],
            probability=row["probabilities"][row["predicted"]],
        )
        for row, text, line in zip(rows, test.texts, test.lines, strict=True)
        if row["predicted"] != row["label"]
    ]
    return sorted(errors, key=lambda error: (-error.probability, error.id))

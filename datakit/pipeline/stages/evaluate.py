"""`evaluate`: the figures on the untouched test split, beside the plain baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus, Splits
from datakit.core.encoder import WEIGHTS_SHA256
from datakit.core.files import to_json, to_json_lines
from datakit.core.findings import Report
from datakit.core.story import WorstError
from datakit.pipeline.keys import device_class
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.stages._base import CORE_PACKAGES, TRAINING_PACKAGES, Context, Stage


@dataclass(frozen=True, kw_only=True)
class Evaluate(Stage):
    """Gives the metrics, every test row's probabilities, the worst errors, the temperature and the thresholds."""

    name: ClassVar[str] = "evaluate"
    version: ClassVar[int] = 2
    needs: ClassVar[tuple[str, ...]] = ("splits", "augmented.parquet", "model")
    gives: ClassVar[tuple[str, ...]] = (
        "metrics.json",
        "predictions.jsonl",
        "worst.json",
        "calibration.json",
        "thresholds.json",
    )
    rooms: ClassVar[tuple[str, ...]] = ("core", "training", "evaluation", "pipeline/stages/evaluate")
    packages: ClassVar[tuple[str, ...]] = (*CORE_PACKAGES, *TRAINING_PACKAGES)

    worst: int
    calibration: Literal["none", "temperature"]
    thresholds: Literal["none", "tuned"]
    probe: bool

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:  # noqa: ARG003
        """Build the stage from a recipe."""
        return cls(**recipe.evaluate.model_dump())

    def outside(self) -> Mapping[str, str]:
        """Return the kind of device, and the probe's encoder."""
        return {"device": device_class(), "probe": WEIGHTS_SHA256 if self.probe else "none"}

    def run(self, context: Context) -> Report:
        """Predict validation and test, fit what is to be fitted on the one, measure on the other."""
        from datakit.evaluation import evaluate
        from datakit.training.predict import Classifier

        splits = Splits.open(context.inputs["splits"])
        model = Classifier(context.inputs["model"])
        found = evaluate(
            model.labels,
            splits,
            {name: model.probabilities(splits[name].texts) for name in ("validation", "test")},
            augmented=Corpus.open(context.inputs["augmented.parquet"]),
            calibrated=self.calibration == "temperature",
            tuned=self.thresholds == "tuned",
            probe=self.probe,
            seed=context.seed,
        )
        rows = _predictions(splits.test, model.labels, found.probabilities, found.answers)
        worst = _worst(splits.test, rows)[: self.worst]
        metrics = {"model": found.model, "baselines": found.baselines, "slices": found.slices}
        (context.outputs / "metrics.json").write_bytes(to_json(metrics))
        (context.outputs / "predictions.jsonl").write_bytes(to_json_lines(rows))
        (context.outputs / "worst.json").write_bytes(to_json(worst))
        (context.outputs / "calibration.json").write_bytes(to_json(found.calibration))
        (context.outputs / "thresholds.json").write_bytes(
            to_json({"applied": self.thresholds == "tuned", **asdict(found.thresholds)})
        )
        several = ("micro_f1", "micro_f1_interval") if splits.test.multi_label else ()
        figures = ("rows", "accuracy", "accuracy_interval", "macro_f1", "macro_f1_interval", *several)
        shown = {"model": found.model, **found.baselines}
        return Report(
            stage=self.name,
            findings=found.findings,
            figures={name: {f: getattr(m, f) for f in figures} for name, m in shown.items()},
        )


def _predictions(
    test: Corpus,
    labels: Sequence[str],
    probabilities: npt.NDArray[np.float64],
    answers: npt.NDArray[np.bool_],
) -> list[dict[str, Any]]:
    """Return one row a test row; probabilities are rounded to six digits.

    `label` and `predicted` are names; where a row may have several labels, lists of names.
    """
    names = np.array(labels, dtype=object)
    given = [names[row].tolist() for row in answers]
    return [
        {
            "id": row,
            "label": list(right) if test.multi_label else right[0],
            "predicted": named if test.multi_label else named[0],
            "probabilities": dict(zip(labels, scores.round(6).tolist(), strict=True)),
        }
        for row, right, named, scores in zip(test.ids, test.label_sets, given, probabilities, strict=True)
    ]


def _worst(test: Corpus, rows: list[dict[str, Any]]) -> list[WorstError]:
    """Return the wrong answers, the surest first.

    With several labels a row, an answer is as sure as the surest of its wrong decisions.
    """
    errors = [
        WorstError(
            id=row["id"],
            line=line,
            text=text,
            label=_named(row["label"]),
            predicted=_named(row["predicted"]),
            probability=_sureness(row),
        )
        for row, text, line in zip(rows, test.texts, test.lines, strict=True)
        if _set(row["predicted"]) != _set(row["label"])
    ]
    return sorted(errors, key=lambda error: (-error.probability, error.id))


def _set(labels: str | list[str]) -> set[str]:
    return {labels} if isinstance(labels, str) else set(labels)


def _named(labels: str | list[str]) -> str:
    return labels if isinstance(labels, str) else ", ".join(sorted(labels)) or "(none)"


def _sureness(row: Mapping[str, Any]) -> float:
    probabilities: Mapping[str, float] = row["probabilities"]
    if isinstance(row["label"], str):
        return probabilities[row["predicted"]]
    too_many, missed = _set(row["predicted"]) - _set(row["label"]), _set(row["label"]) - _set(row["predicted"])
    unknown = 1.0  # a label that the model does not know is missed for sure
    return max(
        [probabilities[label] for label in too_many]
        + [round(unknown - probabilities.get(label, 0.0), 6) for label in missed]
    )

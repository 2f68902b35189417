"""Labels for new texts, given as a run's evaluation gave them: with its temperature and its thresholds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json
from datakit.evaluation.calibration import tempered
from datakit.evaluation.thresholds import Thresholds
from datakit.evaluation.truth import Bools, Floats, named_by
from datakit.pipeline.jobs.champion import chosen
from datakit.pipeline.workspace import Workspace
from datakit.training.predict import Classifier


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What is predicted of one text."""

    labels: tuple[str, ...]  #: one; or as many as it was given, the most probable first
    probabilities: dict[str, float]  #: of every label, 0..1


@dataclass(frozen=True, kw_only=True)
class Predictor:
    """A fine-tuned model and how its answers are taken."""

    classifier: Classifier
    temperature: float  #: 1 where none is applied
    thresholds: Thresholds | None

    @classmethod
    def of(cls, workspace: Workspace, run: str | None) -> "Predictor":
        """Return that of a run: `champion`, `latest`, or by its id; by default see `champion.chosen`.

        Raises:
            UsageError: the run has no fine-tuned model.
        """
        manifest = chosen(workspace, run)
        folder = workspace.folder_of(manifest.run) if manifest else None
        if folder is None or not (folder / "model").is_dir():
            raise UsageError(
                Problem(where=str(workspace.project), got="no fine-tuned model here yet", fix="datakit finetune")
            )
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> "Predictor":
        """Return that of a run's folder, which holds the model and what its evaluation fitted."""
        warmth, thresholds = _applied(folder / "calibration.json"), _applied(folder / "thresholds.json")
        return cls(
            classifier=Classifier(folder / "model"),
            temperature=warmth["temperature"] if warmth else 1.0,
            thresholds=from_json((folder / "thresholds.json").read_bytes(), Thresholds) if thresholds else None,
        )

    def predict(self, texts: Sequence[str]) -> Iterator[Prediction]:
        """Yield one prediction a text, in their order."""
        several, labels = self.classifier.multi_label, self.classifier.labels
        own = self.classifier.probabilities(texts)
        scores = tempered(own, self.temperature, several=several) if self.temperature != 1 else own
        for row, given in zip(scores, self._given(scores), strict=True):
            order = np.argsort(-row, kind="stable")
            yield Prediction(
                labels=tuple(labels[i] for i in order if given[i]),
                probabilities=dict(zip(labels, row.tolist(), strict=True)),
            )

    def _given(self, scores: Floats) -> Bools:
        """Return which labels each row is given, (rows, labels)."""
        if self.thresholds is not None:
            return self.thresholds.decide(scores)
        return named_by(scores, several=self.classifier.multi_label)


def _applied(path: Path) -> dict[str, Any]:
    """Return what was fitted if the run's figures were measured with it, else nothing."""
    fitted = from_json(path.read_bytes(), dict[str, Any]) if path.exists() else {}
    return fitted if fitted.get("applied") else {}

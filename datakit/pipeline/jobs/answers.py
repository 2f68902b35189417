"""What the model of a run says: of its own test rows, from the file that it left; of others by asking it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from datakit.pipeline.predicting import Predictor

Labels = tuple[str, ...]


@dataclass(frozen=True)
class Answers:
    """The model of a run, and the rows it learnt from and was measured on."""

    workspace: Workspace
    run: str

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self.workspace.folder_of(self.run)

    def gone(self) -> list[str]:
        """Return what of it is no longer there."""
        return [name for name in ("model", "splits", "predictions.jsonl") if not (self.folder / name).exists()]

    def require(self) -> None:
        """See that the run is still there.

        Raises:
            UsageError: its model, its splits or its answers are gone.
        """
        if gone := self.gone():
            fix = "datakit rollback, or datakit job run NAME --force for a champion without comparison"
            raise UsageError(Problem(where=self.run, got=f"the champion's {', '.join(gone)} is gone", fix=fix))

    @cached_property
    def splits(self) -> Splits:
        """What it learnt from, was chosen on and measured on."""
        return Splits.open(self.folder / "splits")

    @cached_property
    def on_test(self) -> list[tuple[Labels, Labels]]:
        """The right labels of its test rows and those it has given, in their order."""
        lines = (self.folder / "predictions.jsonl").read_bytes().splitlines()
        rows: list[dict[str, Any]] = [msgspec.json.decode(line) for line in lines]
        return [(_labels(row["label"]), _labels(row["predicted"])) for row in rows]

    def errors(self) -> tuple[int, int]:
        """Return how many of its test rows it got wrong, and how many there are."""
        return sum(set(right) != set(given) for right, given in self.on_test), len(self.on_test)

    def of(self, texts: Sequence[str]) -> list[Labels]:
        """Return the labels that it gives to other texts."""
        return [prediction.labels for prediction in self._predictor.predict(texts)]

    def learnt(self, rows: Corpus) -> int:
        """Return how many of these rows have a text that it learnt from, or that its best epoch was chosen on."""
        seen = {key for name in ("train", "validation") for key in self.splits[name].text_keys.tolist()}
        return sum(key in seen for key in rows.text_keys.tolist())

    @cached_property
    def _predictor(self) -> "Predictor":
        from datakit.pipeline.predicting import Predictor  # with torch, which most calls of a job do not need

        return Predictor.of(self.workspace, self.run)


def _labels(named: str | list[str]) -> Labels:
    return (named,) if isinstance(named, str) else tuple(named)

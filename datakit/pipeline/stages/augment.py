"""`augment`: raise the rare classes of the train split."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.augmentation import augment
from datakit.augmentation.augment import DEFAULT_FILTERS, DEFAULT_OPERATORS
from datakit.augmentation.lexicon import fingerprint
from datakit.core.corpus import Splits
from datakit.core.files import to_json_lines
from datakit.core.findings import Report
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.shipped import find
from datakit.pipeline.stages._base import GATE, NOT_IN_KEY, Context, Stage, digest_at
from datakit.validation.split_profile import profile_of_splits
from datakit.validation.suites import judge


@dataclass(frozen=True, kw_only=True)
class Augment(Stage):
    """Gives the train split with its new rows, each with its parent and the edits that made it."""

    name: ClassVar[str] = "augment"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("splits",)
    gives: ClassVar[tuple[str, ...]] = ("augmented.parquet", "rejected.jsonl")
    rooms: ClassVar[tuple[str, ...]] = ("core", "augmentation", *GATE, "pipeline/stages/augment")
    packages: ClassVar[tuple[str, ...]] = ("pyarrow", "nltk", "nlpaug", "great-expectations")

    target: str | dict[str, int]
    operators: tuple[Mapping[str, Any], ...]
    filters: tuple[Mapping[str, Any], ...]
    max_per_row: int
    suite: Path = field(metadata=NOT_IN_KEY)

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:
        """Build the stage from a recipe."""
        options = recipe.augment
        return cls(
            target=options.target,
            operators=DEFAULT_OPERATORS if options.operators is None else options.operators,
            filters=DEFAULT_FILTERS if options.filters is None else options.filters,
            max_per_row=options.max_per_row,
            suite=find("expectations", options.suite, project),
        )

    def outside(self) -> Mapping[str, str]:
        """Return which WordNet and which tagger this machine has, and the digest of the suite."""
        return {**fingerprint(), "suite": digest_at(self.suite)}

    def run(self, context: Context) -> Report:
        """Augment the train split and judge it."""
        splits = Splits.open(context.inputs["splits"])
        augmented = augment(
            splits,
            target=self.target,
            operators=self.operators,
            filters=self.filters,
            max_per_row=self.max_per_row,
            seed=context.seed,
            map_shards=context.engine.map_shards,
            progress=lambda done, total: context.progress(done, total, "new rows"),
        )
        augmented.train.save(context.outputs / "augmented.parquet")
        (context.outputs / "rejected.jsonl").write_bytes(to_json_lines(augmented.rejected_samples))
        report = augmented.report
        figures = profile_of_splits(splits | {"train": augmented.train}, augmented.wanted)
        return replace(
            report,
            findings=(*report.findings, *judge(figures, self.suite)),
            figures={**report.figures, "profile": figures},
        )

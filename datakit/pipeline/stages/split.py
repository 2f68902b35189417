"""`split`: train, validation and test, with a certificate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.core.corpus import Splits
from datakit.core.files import digest_of, from_json, to_json, write_atomically
from datakit.core.findings import Report
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.shipped import find
from datakit.pipeline.stages._base import (
    CORE_PACKAGES,
    GATE,
    GATE_PACKAGES,
    NOT_IN_KEY,
    Context,
    Stage,
    digest_at,
)
from datakit.splitting import Assignment, certify, findings_of, split, verify
from datakit.validation.split_profile import profile_of_splits
from datakit.validation.suites import judge


@dataclass(frozen=True, kw_only=True)
class Split(Stage):
    """Gives the splits, a certificate that they share nothing, and the split of each text."""

    name: ClassVar[str] = "split"
    version: ClassVar[int] = 2
    needs: ClassVar[tuple[str, ...]] = ("usable",)
    gives: ClassVar[tuple[str, ...]] = ("splits", "certificate.json", "assignment.parquet")
    rooms: ClassVar[tuple[str, ...]] = ("core", "splitting", *GATE, "pipeline/stages/split")
    packages: ClassVar[tuple[str, ...]] = (*CORE_PACKAGES, *GATE_PACKAGES)

    validation: float
    test: float
    splitter: str
    options: Mapping[str, Any]
    suite: Path = field(metadata=NOT_IN_KEY)
    near: bool
    assignment: Path | None = field(metadata=NOT_IN_KEY)  # what it holds counts, not where it is

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:
        """Build the stage from a recipe."""
        options = recipe.split.model_dump()
        path, suite = options.pop("assignment"), options.pop("suite")
        return cls(
            **options,
            suite=find("expectations", suite, project),
            assignment=None if path is None else project / path,
        )

    def outside(self) -> Mapping[str, str]:
        """Return the digests of the suite and of the former assignment."""
        former = self.assignment
        known = {"assignment": digest_of(former)} if former is not None and former.exists() else {}
        return {"suite": digest_at(self.suite), **known}

    def run(self, context: Context) -> Report:
        """Split, certify and judge; keep the assignment for the next time."""
        usable = Splits.open(context.inputs["usable"])
        kept = self.assignment
        before = Assignment.open(kept) if kept is not None and kept.exists() else None
        splits = split(
            usable,
            validation=self.validation,
            test=self.test,
            splitter=self.splitter,
            options=self.options,
            near=self.near,
            before=before,
            seed=context.seed,
        )
        certificate = certify(splits, near=self.near)
        splits.save(context.outputs / "splits")
        (context.outputs / "certificate.json").write_bytes(to_json(certificate))
        Assignment.of(splits, before).save(context.outputs / "assignment.parquet")
        withheld = sum(map(len, usable.values())) - sum(map(len, splits.values()))
        figures = profile_of_splits(splits)
        findings = (*splits.findings, *findings_of(certificate), *judge(figures, self.suite))
        if kept is not None:
            write_atomically(kept, (context.outputs / "assignment.parquet").read_bytes())
        return Report(
            stage=self.name,
            findings=findings,
            figures={**certificate, "withheld": withheld, "profile": figures},
        )


def differences(folder: Path) -> list[str]:
    """Return what of the certificate in a run's folder does not hold for the splits beside it, a line each."""
    from pyarrow import ArrowException

    certificate = from_json((folder / "certificate.json").read_bytes(), dict[str, Any])
    try:
        return verify(Splits.open(folder / "splits"), certificate)
    except (OSError, ArrowException) as error:
        return [f"the splits cannot be read: {error}"]

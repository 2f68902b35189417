"""`split`: train, validation and test, with a certificate."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.core.corpus import Splits
from datakit.core.files import to_json
from datakit.core.findings import Finding, Report, Severity
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.stages._base import Context, Stage
from datakit.splitting import certify, split


@dataclass(frozen=True, kw_only=True)
class Split(Stage):
    """Gives the splits and a certificate that they share nothing."""

    name: ClassVar[str] = "split"
    version: ClassVar[int] = 1
    needs: ClassVar[tuple[str, ...]] = ("usable",)
    gives: ClassVar[tuple[str, ...]] = ("splits", "certificate.json")
    rooms: ClassVar[tuple[str, ...]] = ("core", "splitting", "pipeline/stages/split")
    packages: ClassVar[tuple[str, ...]] = ("pyarrow",)

    validation: float
    test: float
    splitter: str
    options: Mapping[str, Any]

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:  # noqa: ARG003
        """Build the stage from a recipe."""
        return cls(**recipe.split.model_dump())

    def run(self, context: Context) -> Report:
        """Split and certify."""
        usable = Splits.open(context.inputs["usable"])
        splits = split(
            usable,
            validation=self.validation,
            test=self.test,
            splitter=self.splitter,
            options=self.options,
            seed=context.seed,
        )
        certificate = certify(splits)
        splits.save(context.outputs / "splits")
        (context.outputs / "certificate.json").write_bytes(to_json(certificate))
        withheld = sum(map(len, usable.values())) - sum(map(len, splits.values()))
        findings = [_withheld(withheld)] if withheld else []
        if not certificate["clean"]:
            findings.append(_leak(certificate["shared"]))
        return Report(stage=self.name, findings=tuple(findings), figures={**certificate, "withheld": withheld})


def _withheld(rows: int) -> Finding:
    return Finding(
        code="withheld-rows",
        severity=Severity.INFO,
        message=f"{rows:,} training rows say the same as a given validation or test row and were left out",
        fix="nothing to do: the given rows keep their worth",
        evidence={"rows": rows},
        split="train",
    )


def _leak(shared: Mapping[str, Mapping[str, int]]) -> Finding:
    pairs = [pair for pair, counts in shared.items() if any(counts.values())]
    return Finding(
        code="split-leakage",
        severity=Severity.ERROR,
        message=f"the splits are not clean: {', '.join(pairs)} share rows",
        fix="the files you gave for validation and test overlap: take the shared rows out of one of them",
        evidence=dict(shared),
    )

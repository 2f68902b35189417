"""`validate`: read the source, quarantine what cannot be used, check the rest, ask the gate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.core.corpus import Splits
from datakit.core.files import digest_of, digest_of_tree, to_json_lines
from datakit.core.findings import Finding, Report
from datakit.core.quarantine import Reject
from datakit.io import Source, read
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.shipped import find
from datakit.pipeline.stages._base import NOT_IN_KEY, Context, Stage
from datakit.training.models import resolve
from datakit.validation import examine, screen
from datakit.validation.profile import profile
from datakit.validation.rejected import rejected
from datakit.validation.suites import judge


@dataclass(frozen=True, kw_only=True)
class Validate(Stage):
    """Gives the usable rows of each source file, the quarantine, and the findings."""

    name: ClassVar[str] = "validate"
    version: ClassVar[int] = 1
    gives: ClassVar[tuple[str, ...]] = ("usable", "quarantine.jsonl")
    rooms: ClassVar[tuple[str, ...]] = ("core", "io", "validation", "pipeline/stages/validate")
    packages: ClassVar[tuple[str, ...]] = ("pyarrow", "msgspec", "great-expectations", "tokenizers")

    files: dict[str, Path] = field(metadata=NOT_IN_KEY)  # by split; what they hold counts, not where they are
    how: Source
    suite: Path = field(metadata=NOT_IN_KEY)
    checks: Mapping[str, Mapping[str, Any]]
    model: str  # whose tokenizer tells what is truncated
    max_length: int

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:
        """Build the stage from a recipe."""
        source = recipe.source
        named = {"train": source.path, "validation": source.validation, "test": source.test}
        suite = recipe.validation.suite
        return cls(
            files={split: project / path for split, path in named.items() if path is not None},
            how=Source(**source.model_dump(exclude=set(named) | {"path"})),
            suite=project / suite if "/" in suite else find("expectations", suite, project),
            checks=recipe.validation.checks,
            model=recipe.finetune.model,
            max_length=recipe.finetune.max_length,
        )

    def outside(self) -> Mapping[str, str]:
        """Return the digests of the source files (with their kind), the suite and the model."""
        digests = {split: f"{''.join(path.suffixes)}:{_digest(path)}" for split, path in self.files.items()}
        return {**digests, "suite": _digest(self.suite), "model": resolve(self.model).digest}

    def run(self, context: Context) -> Report:
        """Read, screen, check and judge."""
        readings = {split: read(path, self.how) for split, path in self.files.items()}
        usable, unusable, findings = screen(Splits({split: r.corpus for split, r in readings.items()}))
        set_aside = {split: (*r.rejects, *unusable[split]) for split, r in readings.items()}
        usable.save(context.outputs / "usable")
        (context.outputs / "quarantine.jsonl").write_bytes(to_json_lines(_quarantine(set_aside)))
        figures = profile(usable.train, quarantined=len(set_aside["train"]))
        return Report(
            stage=self.name,
            findings=(
                *(finding for split, r in readings.items() for finding in rejected(r.rejects, split)),
                *findings,
                *self._checked(usable),
                *judge(figures, self.suite),
            ),
            figures={
                "profile": figures,
                "columns": readings["train"].columns.names,
                "notes": {split: r.notes for split, r in readings.items()},
                "quarantined": {split: len(rows) for split, rows in set_aside.items()},
            },
        )

    def _checked(self, usable: Splits) -> Iterator[Finding]:
        reading = {"tokenizer": str(resolve(self.model).folder), "max_length": self.max_length}
        return examine(
            usable, {**self.checks, "truncated-text": {**reading, **self.checks.get("truncated-text", {})}}
        )


def _digest(path: Path) -> str:
    """Return the digest of a file or folder; a missing one is left to the reader, whose message says more."""
    if path.is_dir():
        return digest_of_tree(path)
    return digest_of(path) if path.is_file() else "missing"


def _quarantine(set_aside: Mapping[str, tuple[Reject, ...]]) -> Iterator[dict[str, Any]]:
    for split, rejects in set_aside.items():
        for reject in sorted(rejects, key=lambda r: (r.line or 0, r.code)):
            yield {
                "split": split,
                "line": reject.line,
                "code": reject.code,
                "reason": reject.reason,
                "raw": reject.raw,
            }

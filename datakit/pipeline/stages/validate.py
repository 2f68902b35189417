"""`validate`: read the source, quarantine what cannot be used, check the rest, ask the gate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.core.corpus import Corpus
from datakit.core.files import to_json_lines
from datakit.core.findings import Report
from datakit.core.quarantine import Reject
from datakit.io import Source, read
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.shipped import find
from datakit.pipeline.stages._base import (
    CORE_PACKAGES,
    GATE_PACKAGES,
    NOT_IN_KEY,
    Context,
    Stage,
    digest_at,
)
from datakit.pipeline.validating import look_into
from datakit.pipeline.workspace import Workspace
from datakit.training.models import resolve
from datakit.validation import Validation, digest
from datakit.validation.suites import judge

#: Where a run's folder holds the rows to learn from.
KEPT = Path("usable") / "train.parquet"


@dataclass(frozen=True, kw_only=True)
class Validate(Stage):
    """Gives the usable rows of each source file, the quarantine, and the findings."""

    name: ClassVar[str] = "validate"
    version: ClassVar[int] = 1
    gives: ClassVar[tuple[str, ...]] = ("usable", "quarantine.jsonl")
    rooms: ClassVar[tuple[str, ...]] = (
        "core",
        "io",
        "validation",
        "pipeline/validating",
        "pipeline/stages/validate",
    )
    packages: ClassVar[tuple[str, ...]] = (
        *(*CORE_PACKAGES, *GATE_PACKAGES, "charset-normalizer", "datasets", "ftfy", "rapidfuzz", "scikit-learn"),
        "tokenizers",
    )
    seeded: ClassVar[bool] = False

    files: dict[str, Path] = field(metadata=NOT_IN_KEY)  # by split; what they hold counts, not where they are
    how: Source
    suite: Path = field(metadata=NOT_IN_KEY)
    checks: Mapping[str, Mapping[str, Any]]
    model: str = field(metadata=NOT_IN_KEY)  # whose tokenizer tells what is truncated
    max_length: int
    long_texts: str
    deep: bool | None  # None: where there are few rows
    reference: Path | None = field(metadata=NOT_IN_KEY)

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:
        """Build the stage from a recipe."""
        source = recipe.source
        named = {"train": source.path, "validation": source.validation, "test": source.test}
        return cls(
            files={split: project / path for split, path in named.items() if path is not None},
            how=Source(**source.model_dump(exclude=set(named) | {"path"})),
            suite=find("expectations", recipe.validation.suite, project),
            checks=recipe.validation.checks,
            model=recipe.finetune.model,
            max_length=recipe.finetune.max_length,
            long_texts=recipe.finetune.long_texts,
            deep=recipe.validation.deep,
            reference=_reference(recipe.validation.reference, project),
        )

    def _rows_of_old(self, path: Path) -> Corpus:
        return Corpus.open(path) if path.match(f"runs/*/{KEPT}") else read(path, self.how).corpus

    def outside(self) -> Mapping[str, str]:
        """Return the digests of the source files (with their kind), the suite and the tokenizer."""
        digests = {split: f"{''.join(path.suffixes)}:{digest_at(path)}" for split, path in self.files.items()}
        reference = "none" if self.reference is None else digest_at(self.reference)
        return {
            **digests,
            "suite": digest_at(self.suite),
            "tokenizer": digest_at(resolve(self.model).folder / "tokenizer.json"),
            "reference": reference,
        }

    def run(self, context: Context) -> Report:
        """Read, screen, check and judge."""
        tokenizer: dict[str, Any] = {"tokenizer": str(resolve(self.model).folder)}
        # How the model reads, for the checks that see with its eyes.
        windows = {"max_length": self.max_length, "long_texts": self.long_texts}
        reading = {"truncated-text": {**tokenizer, **windows}, "unknown-tokens": tokenizer}
        options = {**self.checks, **{name: {**how, **self.checks.get(name, {})} for name, how in reading.items()}}
        validation = Validation.of(options, deep=self.deep)
        reference = None if self.reference is None else digest(self._rows_of_old(self.reference))
        seen = look_into(self.files, self.how, validation, reference, usable=context.outputs / "usable")
        (context.outputs / "quarantine.jsonl").write_bytes(to_json_lines(_quarantine(seen.set_aside)))
        findings = tuple(seen.findings(validation))
        figures = seen.figures()
        del seen  # what the pass has kept need not stand beside Great Expectations in memory
        return Report(
            stage=self.name,
            findings=(*findings, *judge(figures["profile"], self.suite)),
            figures=figures,
        )


def _reference(name: str | None, project: Path) -> Path | None:
    """Return the file that rows are compared with: as named, or the rows that a run so called learnt from."""
    if name is None or (project / name).exists():
        return None if name is None else project / name
    workspace = Workspace(project)
    named = [run for run in workspace.history() if run.run.startswith(name)]
    return workspace.folder_of(named[0].run) / KEPT if len(named) == 1 else project / name


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

"""`validate`: read the source, quarantine what cannot be used, check the rest, ask the gate."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.core.corpus import Corpus, CorpusFile
from datakit.core.files import digest_of, digest_of_tree, to_json_lines
from datakit.core.findings import Report
from datakit.core.quarantine import Reject
from datakit.io import Account, Source, scan
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.shipped import find
from datakit.pipeline.stages._base import NOT_IN_KEY, Context, Stage
from datakit.training.models import resolve
from datakit.validation import Validation
from datakit.validation.profile import profile
from datakit.validation.rejected import rejected
from datakit.validation.suites import judge
from datakit.validation.survey import Surveyor


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
    deep: bool | None  # None: where there are few rows

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
            deep=recipe.validation.deep,
        )

    def outside(self) -> Mapping[str, str]:
        """Return the digests of the source files (with their kind), the suite and the model."""
        digests = {split: f"{''.join(path.suffixes)}:{_digest(path)}" for split, path in self.files.items()}
        return {**digests, "suite": _digest(self.suite), "model": resolve(self.model).digest}

    def run(self, context: Context) -> Report:
        """Read, screen, check and judge."""
        options = {**self.checks, "truncated-text": {**self._reading, **self.checks.get("truncated-text", {})}}
        validation = Validation.of(options, deep=self.deep)
        read = {split: self._read(split, validation, context) for split in self.files}
        accounts = {split: account for split, (account, _) in read.items()}
        survey = validation.survey({split: surveyor for split, (_, surveyor) in read.items()})
        set_aside = {split: (*r.rejects, *survey.quarantined[split]) for split, r in accounts.items()}
        (context.outputs / "quarantine.jsonl").write_bytes(to_json_lines(_quarantine(set_aside)))
        figures = profile(survey.train, quarantined=len(set_aside["train"]))
        return Report(
            stage=self.name,
            findings=(
                *(finding for split, r in accounts.items() for finding in rejected(r.rejects, split)),
                *validation.findings(survey),
                *judge(figures, self.suite),
            ),
            figures={
                "profile": figures,
                "columns": accounts["train"].columns.names,
                "notes": {split: r.notes for split, r in accounts.items()},
                "quarantined": {split: len(rows) for split, rows in set_aside.items()},
            },
        )

    def _read(self, split: str, validation: Validation, context: Context) -> tuple[Account, Surveyor]:
        """Read one file: its usable rows go to the artefact, what is to be known of them to the surveyor."""
        path = context.outputs / "usable" / f"{split}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            surveyors: list[Surveyor] = []

            def begin() -> Callable[[Corpus], None]:
                stack.close()  # what an earlier reading wrote is void
                surveyors.append(validation.surveyor(split))
                file = stack.enter_context(CorpusFile(path))
                return lambda rows: file.add(surveyors[-1].take(rows))

            return scan(self.files[split], self.how, begin), surveyors[-1]

    @property
    def _reading(self) -> dict[str, Any]:
        """How the model reads, for the checks that see with its eyes."""
        return {"tokenizer": str(resolve(self.model).folder), "max_length": self.max_length}


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

"""`augment`: raise the rare classes of the train split; tell what it would do, what it made, and how."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

from datakit.augmentation import Rejected, augment
from datakit.augmentation.augment import DEFAULT_FILTERS, DEFAULT_OPERATORS, Outlook, outlook, work_ahead
from datakit.augmentation.provenance import Replay, replay
from datakit.augmentation.registries import Component, any_neural, uses_of
from datakit.augmentation.shards import Share, Shelves, Tally
from datakit.core.corpus import Corpus, Splits, edits_of
from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json, to_json_lines
from datakit.core.findings import Report
from datakit.core.seeding import seed_for
from datakit.core.story import Sample
from datakit.pipeline.components import added_components
from datakit.pipeline.engines._base import Engine
from datakit.pipeline.keys import code_digest, device_class, differing, python_version, versions
from datakit.pipeline.recipe import FilterOptions, Recipe
from datakit.pipeline.shipped import find
from datakit.pipeline.stages._base import (
    CORE_PACKAGES,
    GATE,
    GATE_PACKAGES,
    NOT_IN_KEY,
    Context,
    Stage,
    digest_at,
    options_of,
)
from datakit.pipeline.workspace import Manifest, Workspace
from datakit.validation.split_profile import profile_of_splits
from datakit.validation.suites import judge

#: The code that makes texts and judges them one by one.
MAKING = ("core", "augmentation")

#: The file in a run's folder that tells how requests were answered, a line a round.
ROUNDS = "shards.jsonl"


@dataclass(frozen=True, kw_only=True)
class Augment(Stage):
    """Gives the train split with its new rows, each with its parent and the edits that made it."""

    name: ClassVar[str] = "augment"
    version: ClassVar[int] = 2
    needs: ClassVar[tuple[str, ...]] = ("splits",)
    gives: ClassVar[tuple[str, ...]] = ("augmented.parquet", "rejected.jsonl")
    rooms: ClassVar[tuple[str, ...]] = ("core", "augmentation", *GATE, "pipeline/stages/augment")
    packages: ClassVar[tuple[str, ...]] = (
        *(*CORE_PACKAGES, *GATE_PACKAGES, "nltk", "nlpaug", "rapidfuzz", "scikit-learn"),
        *("tokenizers", "torch", "transformers"),
    )

    target: str | dict[str, int]
    operators: tuple[Component, ...]
    filters: tuple[Component, ...]
    max_per_row: int
    language: str
    suite: Path = field(metadata=NOT_IN_KEY)

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:
        """Build the stage from a recipe."""
        options = recipe.augment
        return cls(
            target=options.target,
            operators=DEFAULT_OPERATORS if options.operators is None else _components(options.operators),
            filters=DEFAULT_FILTERS if options.filters is None else _components(options.filters),
            max_per_row=options.max_per_row,
            language=options.language,
            suite=find("expectations", options.suite, project),
        )

    @cached_property
    def uses(self) -> Mapping[str, str]:
        """The language data, models and engines that the texts and verdicts depend on, and the kind of device."""
        return _uses(self.operators, self.filters)

    def outside(self) -> Mapping[str, str]:
        """Return what it uses on this machine, and the digest of the suite."""
        return {**self.uses, "suite": digest_at(self.suite)}

    def run(self, context: Context) -> Report:
        """Augment the train split and judge it."""
        splits = Splits.open(context.inputs["splits"])
        shelves: set[str] = set()

        def tell(tally: Tally) -> None:
            shelves.add(tally.shelf)
            with (context.aside / ROUNDS).open("ab") as log:
                log.write(to_json_lines([tally._asdict()]))

        with context.engine as engine:
            augmented = augment(
                splits,
                **self._asked,
                seed=context.seed,
                map_shards=engine.map_shards,
                shelves=self._shelves(context.shards, tell),
                progress=lambda done, total: context.progress(done, total, "new rows"),
            )
        augmented.train.save(context.outputs / "augmented.parquet")
        (context.outputs / "rejected.jsonl").write_bytes(to_json_lines(augmented.rejected_samples))
        report = augmented.report
        figures = profile_of_splits(splits | {"train": augmented.train}, augmented.wanted)
        return replace(
            report,
            findings=(*report.findings, *judge(figures, self.suite)),
            figures={**report.figures, "profile": figures, "uses": self.uses, "shelves": sorted(shelves)},
        )

    def work_ahead(self, splits: Path, root: Path, share: Share, *, seed: int, engine: Engine) -> Sequence[Tally]:
        """Answer a share of what a run with these splits is going to ask for first; return what was done."""
        tallies: list[Tally] = []
        with engine:
            work_ahead(
                Splits.open(splits),
                self._shelves(root, tallies.append),
                share,
                **self._asked,
                seed=seed,
                map_shards=engine.map_shards,
            )
        return tallies

    @property
    def _asked(self) -> dict[str, Any]:
        return options_of(self)  # named as those of the verb

    def _shelves(self, root: Path, told: Callable[[Tally], None]) -> Shelves:
        made_with = {
            "code": code_digest(MAKING),
            "components": added_components(MAKING),
            "packages": versions(self.packages),
            "python": python_version(),
        }
        if any_neural(self.operators, self.filters):
            made_with["device"] = device_class()
        return Shelves(root=root, made_with=made_with, told=told)

    def outlook(self, folder: Path) -> tuple[Outlook, ...]:
        """Return what it would set out to do with the splits in a run's folder."""
        return outlook(Splits.open(folder / "splits"), target=self.target, max_per_row=self.max_per_row)


def _components(chosen: Sequence[FilterOptions]) -> tuple[Component, ...]:
    return tuple(one.model_dump(exclude_unset=True) for one in chosen)


def _uses(operators: Sequence[Component], filters: Sequence[Component]) -> dict[str, str]:
    """Name what components use on this machine; where a neural model is among it, the kind of device too."""
    device = {"device": device_class()} if any_neural(operators, filters) else {}
    return {**uses_of(operators, filters), **device}


def samples(folder: Path, n: int, seed: int) -> list[tuple[str, Sample]]:
    """Return n new rows of a run, drawn at random, by id, beside the rows they were made from."""
    train = Corpus.open(folder / "augmented.parquet")
    texts = dict(zip(train.ids, train.texts, strict=True))
    made = [i for i, parent in enumerate(train.parents) if parent is not None]
    drawn = train.take(sorted(made, key=lambda i: seed_for(seed, "sample", train.ids[i]))[:n])
    return [
        (
            row["id"],
            Sample(
                label=", ".join(labels),
                op=row["op"],
                parent=texts[row["parent"]],
                text=row["text"],
                edits=edits_of(row),
            ),
        )
        for row, labels in zip(drawn.rows(), drawn.label_sets, strict=True)
    ]


def rejected(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield operator, the parent's text, the new text, and why it was not taken, by reason."""
    train = Corpus.open(folder / "augmented.parquet")
    texts = dict(zip(train.ids, train.texts, strict=True))
    lines = (folder / "rejected.jsonl").read_bytes().splitlines()
    for one in sorted((from_json(line, Rejected) for line in lines), key=lambda one: one.reason.partition(":")[0]):
        yield one.op, texts[one.parent], one.text, one.reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """A new row that was made again, and what it was made with."""

    run: str
    row: Replay
    made_with: Mapping[str, Any]  #: version of datakit, versions of packages, language data
    changed: tuple[str, ...]  #: what of it is another one today, and `code` if datakit's is


def replay_row(workspace: Workspace, id_: str, run: str | None = None) -> Replayed:
    """Make a new row of a run, by default of the latest, again with the options and the seed of that run.

    Raises:
        UsageError: no such run or row, or nothing was augmented in it.
    """
    manifest = workspace.manifest(run) if run else workspace.latest()
    path = workspace.folder_of(manifest.run) / "augmented.parquet" if manifest else None
    if manifest is None or path is None or not path.exists():
        raise UsageError(
            Problem(where=str(workspace.project), got="nothing was augmented in this run", fix="datakit augment")
        )
    return _replayed(manifest, Corpus.open(path), id_)


def _replayed(manifest: Manifest, train: Corpus, id_: str) -> Replayed:
    then = next(standing.parts for standing in manifest.stages if standing.stage == Augment.name)
    now = {
        "packages": versions(Augment.packages),
        "outside": _uses(then["options"]["operators"], then["options"]["filters"]),
        "code": code_digest(Augment.rooms),
    }
    before = {
        "packages": then["packages"],
        # The suite judged the rows, it did not make them.
        "outside": {name: value for name, value in then["outside"].items() if name != "suite"},
        "code": then["code"],
    }
    return Replayed(
        run=manifest.run,
        row=replay(train, id_, operators=then["options"]["operators"], seed=then["seed"]),
        made_with={"datakit": manifest.version, **before["packages"], **before["outside"]},
        changed=tuple(differing(now, before)),
    )

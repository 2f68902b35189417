"""Comparison of models: of former runs, or of ways of teaching (arms) that are run for the purpose."""

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import InputError, Problem, UsageError
from datakit.core.files import from_json, to_json, write_atomically
from datakit.evaluation.thresholds import tune
from datakit.evaluation.truth import Bools, Floats, Truth
from datakit.pipeline.arms import Arm, duplicated, require
from datakit.pipeline.engines.chosen import engine_of
from datakit.pipeline.events import Event, Listener, nobody
from datakit.pipeline.keys import key_of, python_version
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.runner import Outcome, bring_up_to
from datakit.pipeline.stages import Context, Stage
from datakit.pipeline.stages._base import parts_of
from datakit.pipeline.stages.augment import Augment
from datakit.pipeline.stages.finetune import Finetune
from datakit.pipeline.store import Record, digest_of_artefact
from datakit.pipeline.verdict import Comparison
from datakit.pipeline.workspace import Workspace

FILE = "comparison.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Predictions:
    """What one model has answered, by the rows' ids."""

    where: str
    true: Mapping[str, tuple[str, ...]]
    given: Mapping[str, tuple[str, ...]]
    several: bool  #: whether a row may have several labels


def compare_runs(workspace: Workspace, groups: Sequence[str], *, common: bool = False) -> Comparison:
    """Compare models by what they answered on the same test rows.

    Args:
        workspace: whose runs are meant.
        groups: run ids or beginnings of them, `latest`, folders of runs, or predictions.jsonl files; several
            of one arm, with other seeds, as `name=run,run,run`. The first is the baseline.
        common: compare on the rows that all have, where the test splits differ.

    Raises:
        UsageError: no such run, one without predictions, arms of different sizes, or other test rows.
        InputError: a file that holds no predictions.
    """
    named = _grouped(groups)
    arms = {name: [_predictions(workspace, one) for one in ones] for name, ones in named.items()}
    ids = _shared_ids([one for models in arms.values() for one in models], common=common)
    first = next(iter(arms.values()))[0]
    labels = sorted(
        {label for models in arms.values() for one in models for id_ in ids for label in one.given[id_]}
    )
    true = [first.true[id_] for id_ in ids]
    truth = Truth.of(labels, true if first.several else [row[0] for row in true])
    place = {label: i for i, label in enumerate(truth.labels)}
    answers = {
        name: np.stack([_indicators(place, [one.given[id_] for id_ in ids]) for one in models])
        for name, models in arms.items()
    }
    counts = Counter(label for row in true for label in row)
    return Comparison.of(truth, answers, min(counts, key=lambda label: (counts[label], label)))


def _grouped(groups: Sequence[str]) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    problems = []
    for group in groups:
        name, equals, members = group.partition("=")
        if (name in named) or not name or (equals and not all(members.split(","))):
            problems.append(
                Problem(where="compare", got=repr(group), fix="name each arm once: weights=RUN,RUN,RUN")
            )
        named[name] = members.split(",") if equals else [group]
    if len(groups) < 2:  # noqa: PLR2004
        got = f"{len(groups)} to compare"
        problems.append(Problem(where="compare", got=got, fix="name two runs or more, or --arms plain,synonym"))
    elif len({len(members) for members in named.values()}) > 1:
        got = ", ".join(f"{name}: {len(members)}" for name, members in named.items())
        problems.append(
            Problem(where="compare", got=f"arms of different sizes ({got})", fix="one run a seed each")
        )
    if problems:
        raise UsageError(*problems)
    return named


def _predictions(workspace: Workspace, name: str) -> Predictions:
    path = _path_of(workspace, name)
    if not path.is_file():
        fix = "datakit evaluate, or name a run that has got that far (datakit history)"
        raise UsageError(Problem(where=name, got="no predictions on a test split", fix=fix))
    true, given, several = {}, {}, False
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            row = msgspec.json.decode(line)
            true[row["id"]], given[row["id"]] = _names(row["label"]), _names(row["predicted"])
            several |= isinstance(row["label"], list)
        except (msgspec.DecodeError, KeyError, TypeError) as error:
            fix = "give a predictions.jsonl of datakit: id, label and predicted in every line"
            raise InputError(Problem(where=f"{path}:{number}", got=f"no prediction ({error})", fix=fix)) from error
    return Predictions(where=name, true=true, given=given, several=several)


def _path_of(workspace: Workspace, name: str) -> Path:
    given = Path(name)
    if given.is_file():
        return given
    if given.is_dir():
        return given / "predictions.jsonl"
    latest = workspace.latest() if name == "latest" else workspace.manifest(name)
    return workspace.folder_of(latest.run if latest else "none") / "predictions.jsonl"


def _names(labels: str | list[str]) -> tuple[str, ...]:
    return tuple(labels) if isinstance(labels, list) else (labels,)


def _indicators(place: Mapping[str, int], given: Sequence[tuple[str, ...]]) -> Bools:
    answers = np.zeros((len(given), len(place)), np.bool_)
    for i, labels in enumerate(given):
        answers[i, [place[label] for label in labels]] = True
    return answers


def _shared_ids(models: Sequence[Predictions], *, common: bool) -> list[str]:
    """Return the ids that all have, in the first one's order; the test splits must be the same, or `common`."""
    first, *others = models
    problems = []
    shared = set(first.true)
    for one in others:
        shared &= set(one.true)
        missing, more = len(first.true.keys() - one.true.keys()), len(one.true.keys() - first.true.keys())
        both = first.true.keys() & one.true.keys()
        if (missing or more) and not common:
            got = f"lacks {missing} of the {len(first.true)} test rows of {first.where}, and has {more} others"
            fix = f"run both on the same splits, or compare on the {len(both)} rows that both have with --common"
            problems.append(Problem(where=one.where, got=got, fix=fix))
        if relabelled := sum(first.true[id_] != one.true[id_] for id_ in both):
            got = f"{relabelled} test rows are labelled otherwise than in {first.where}"
            problems.append(Problem(where=one.where, got=got, fix="compare runs on the same labels"))
    if not problems and not shared:
        problems.append(
            Problem(where="compare", got="no row is in all test splits", fix="name runs on one test split")
        )
    if problems:
        raise UsageError(*problems)
    return [id_ for id_ in first.true if id_ in shared]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """What one model of an arm says; probabilities in the order of `labels`, rounded to six digits."""

    labels: tuple[str, ...]
    learnt_from: int  #: rows
    validation: list[list[float]]
    test: list[list[float]]


def compare_arms(
    workspace: Workspace,
    recipe: Recipe,
    arms: Sequence[Arm],
    seeds: int,
    *,
    command: str,
    listener: Listener = nobody,
) -> tuple[Outcome, Comparison | None]:
    """Teach models in several ways from the same splits, and compare them on the test split.

    Each (arm, seed) is kept in the store as soon as it is done, so that a comparison that was broken off goes on.
    The result is also written to `comparison.json` in the run's folder.

    Args:
        workspace: where it works.
        recipe: what all arms share; see `Arm.recipe` for what they do not.
        arms: the baseline first.
        seeds: models an arm, with the recipe's seed and those after it.
        command: as typed, for the run's manifest.
        listener: told what happens.

    Raises:
        DatakitError: as `bring_up_to`; an operator whose models or engine are missing.

    Returns:
        the run that made the splits, and the comparison; None where a gate stopped that run.
    """
    require(arms, recipe)
    outcome = bring_up_to(workspace, recipe, "split", command=command, listener=listener)
    if outcome.gate:
        return outcome, None
    with locked(workspace.lock, command):
        school = _School(workspace=workspace, outcome=outcome, listener=listener)
        splits = Splits.open(outcome.folder / "splits")
        answers: dict[str, Bools] = {}
        learnt_from: dict[str, int] = {}
        turns = [(arm, recipe.seed + i) for arm in arms for i in range(seeds)]
        models = {
            (arm.name, seed): school.trained(arm, recipe, seed, f"{place}/{len(turns)}")
            for place, (arm, seed) in enumerate(turns, start=1)
        }
        labels = next(iter(models.values())).labels
        truth = Truth.of_corpus(labels, splits.test)
        for arm in arms:
            ones = [models[arm.name, recipe.seed + i] for i in range(seeds)]
            answers[arm.name] = np.stack([_answers(arm, one, splits, truth) for one in ones])
            learnt_from[arm.name] = round(sum(one.learnt_from for one in ones) / seeds)
        counts = splits.train.label_counts
        comparison = Comparison.of(
            truth,
            answers,
            min(counts, key=lambda label: (counts[label], label)),
            augmenting=[arm.name for arm in arms if arm.augments],
            learnt_from=learnt_from,
            seed=recipe.seed,
        )
        write_atomically(outcome.folder / FILE, to_json(comparison))
    return outcome, comparison


def _answers(arm: Arm, model: Trained, splits: Splits, truth: Truth) -> Bools:
    """Return which labels (n, k) the test rows are given."""
    test = truth.padded(np.array(model.test))
    if not arm.threshold:
        return truth.answers(test)
    validation = Truth.of_corpus(model.labels, splits.validation)
    tuned = tune(validation, validation.padded(np.array(model.validation)))
    # Columns of labels that the model does not know have no probability, and are cut off and put on again.
    given = tuned.decide(np.pad(np.array(model.test), ((0, 0), (0, len(validation.labels) - validation.known))))
    return np.pad(given[:, : truth.known], ((0, 0), (0, len(truth.labels) - truth.known)))


@dataclass(frozen=True, kw_only=True)
class _School:
    """Teaches models with the pipeline's own stages, from the splits of one run."""

    workspace: Workspace
    outcome: Outcome
    listener: Listener

    def trained(self, arm: Arm, recipe: Recipe, seed: int, turn: str) -> Trained:
        """Return what the arm's model of one seed says, from the store or by training it."""
        store = self.workspace.store
        followed = arm.recipe(recipe)
        parts = self._parts(arm, followed, seed)
        key = key_of(parts)
        record = store.recall(key)
        if record is None:
            title = f"{turn} {arm.name}, seed {seed}"
            self.listener(Event(stage=title, kind="started"))
            started = time.perf_counter()
            unfinished = self.workspace.unfinished(key)
            with TemporaryDirectory(dir=self.workspace.scratch) as folder:
                said = self._teach(arm, followed, seed, title=title, folder=Path(folder), unfinished=unfinished)
                path = Path(folder) / "said.json"
                path.write_bytes(to_json(said))
                outputs = {path.name: store.keep(path)}
            shutil.rmtree(unfinished)
            seconds = round(time.perf_counter() - started, 3)
            record = Record(stage="compare", key=key, parts=parts, outputs=outputs, seconds=seconds)
            store.remember(record)
            self.listener(Event(stage=title, kind="ran", seconds=seconds))
        return from_json(store.read(record.outputs["said.json"]), Trained)

    def _teach(
        self, arm: Arm, recipe: Recipe, seed: int, *, title: str, folder: Path, unfinished: Path
    ) -> Trained:
        from datakit.training.predict import Classifier

        project, given = self.workspace.project, self.outcome.folder / "splits"
        splits = Splits.open(given)
        rows = folder / "augmented.parquet" if arm.operators else given / "train.parquet"
        context = Context(
            inputs={"splits": given, "augmented.parquet": rows},
            outputs=folder,
            aside=folder,
            unfinished=unfinished,
            shards=self.workspace.shards,
            seed=seed,
            engine=engine_of(recipe),
            progress=lambda done, total, note: self.listener(
                Event(stage=title, kind="progress", done=done, total=total, note=note)
            ),
        )
        if arm.copies:
            duplicated(splits.train, recipe.augment.target, recipe.augment.max_per_row, seed).save(rows)
        elif arm.augments:
            Augment.of(recipe, project).run(context)
        Finetune.of(recipe, project).run(context)
        model = Classifier(folder / "model")
        return Trained(
            labels=model.labels,
            learnt_from=len(Corpus.open(rows)),
            validation=_rounded(model.probabilities(splits.validation.texts)),
            test=_rounded(model.probabilities(splits.test.texts)),
        )

    def _parts(self, arm: Arm, recipe: Recipe, seed: int) -> dict[str, Any]:
        """Return everything that the model's answers depend on, JSON-able."""
        project = self.workspace.project
        stages: list[Stage] = [Finetune.of(recipe, project)]
        if arm.augments:
            stages.append(Augment.of(recipe, project))
        return {
            "stage": "compare",
            "python": python_version(),
            "seed": seed,
            "splits": digest_of_artefact(self.outcome.manifest.outputs["splits"]),
            "copies": [recipe.augment.target, recipe.augment.max_per_row] if arm.copies else None,
            **{stage.name: parts_of(stage) for stage in stages},
        }


def _rounded(probabilities: Floats) -> list[list[float]]:
    rows: list[list[float]] = probabilities.round(6).tolist()
    return rows

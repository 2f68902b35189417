"""Reads back what a run has left: for the report and the history."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datakit.core.corpus import Corpus, edits_of
from datakit.core.encoder import encoder_path
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.core.history import History
from datakit.core.story import Sample, StageRecord, Story, Tokens, WorstError
from datakit.pipeline.jobs.lines import lines_of
from datakit.pipeline.recipe import FinetuneOptions, parse
from datakit.pipeline.store import Artefact
from datakit.pipeline.workspace import Manifest, Workspace
from datakit.training.models import EMBEDDED

if TYPE_CHECKING:
    from datakit.pipeline.verdict import Comparison, Table

SAMPLES_PER_LABEL = 5

#: Texts whose tokens are counted: a share of so many is known to 2 points.
_COUNTED = 2_000

#: Points of a precision-recall curve: more are not seen.
_CURVE = 40


def story_of(workspace: Workspace, manifest: Manifest) -> Story:
    """Gather what a run has to tell from its folder."""
    folder = workspace.folder_of(manifest.run)
    recipe = parse(manifest.recipe, where=f"recipe of {manifest.run}")
    history, worst = (folder / name for name in ("history.json", "worst.json"))
    samples, rejected = _new_texts(folder)
    return Story(
        run=manifest.run,
        created=manifest.created,
        source=recipe.source.path,
        seed=recipe.seed,
        model=recipe.finetune.model,
        outcome=manifest.outcome,
        accepted=manifest.accepted,
        stages=tuple(
            StageRecord(name=one.stage, status=one.status, seconds=one.seconds, again=one.attempts - 1)
            for one in manifest.stages
        ),
        reports=reports_of(folder, manifest),
        recipe=manifest.recipe,
        quarantine=Counter(row["code"] for row in _lines(folder / "quarantine.jsonl")),
        tokens=_tokens(folder, recipe.finetune, recipe.seed),
        history=from_json(history.read_bytes(), History) if history.exists() else None,
        metrics=_json(folder / "metrics.json"),
        calibration=_json(folder / "calibration.json"),
        thresholds=_json(folder / "thresholds.json"),
        repair=_json(folder / "repair.json"),
        job=_json(folder / "job.json"),
        precision_recall=_precision_recall(folder / "predictions.jsonl"),
        diagnoses=(
            *({**one, "foreseen": True} for one in _list(folder / "objections.json")),
            *_list(folder / "diagnoses.json"),
        ),
        comparison=_comparison(workspace, manifest),
        tuning=_tuning(workspace, manifest),
        range_test=_json(_beside(workspace, manifest, "lr_range.json", of="augment")),
        samples=samples,
        rejected=rejected,
        worst_errors=from_json(worst.read_bytes(), tuple[WorstError, ...]) if worst.exists() else (),
    )


def reports_of(folder: Path, manifest: Manifest) -> dict[str, Report]:
    """Return the reports of the stages of a run, by stage."""
    return {s.stage: from_json((folder / f"{s.stage}.json").read_bytes(), Report) for s in manifest.stages}


def headline(workspace: Workspace, manifest: Manifest) -> dict[str, Any]:
    """Return one line about a run: its figures where it got that far."""
    reports = reports_of(workspace.folder_of(manifest.run), manifest)
    model = reports["evaluate"].figures["model"] if "evaluate" in reports else {}
    profile = reports["validate"].figures["profile"] if "validate" in reports else {}
    return {
        "run": manifest.run,
        "command": manifest.command,
        "outcome": manifest.outcome,
        "rows": profile.get("rows"),
        "findings": sum(len(report.findings) for report in reports.values()),
        "accuracy": model.get("accuracy"),
        "macro_f1": model.get("macro_f1"),
    }


def _json(path: Path | None) -> dict[str, Any] | None:
    return from_json(path.read_bytes(), dict[str, Any]) if path and path.exists() else None


def _beside(workspace: Workspace, manifest: Manifest, name: str, *, of: str) -> Path | None:
    """Return a file that a verb beside the stages put into a run's folder: this run's, or the newest other one's.

    Args:
        workspace: where to look.
        manifest: of the run that is told of.
        name: of the file.
        of: only runs in which this stage gave the same are looked at.
    """
    ours = _outputs(manifest).get(of)
    alike = [one.run for one in workspace.history() if ours and _outputs(one).get(of) == ours]
    files = [workspace.folder_of(run) / name for run in (*alike, manifest.run)]
    return next((path for path in reversed(files) if path.exists()), None)


def _outputs(manifest: Manifest) -> dict[str, dict[str, Artefact]]:
    return {standing.stage: standing.outputs for standing in manifest.stages}


def _comparison(workspace: Workspace, manifest: Manifest) -> dict[str, Any] | None:
    """Return the comparison made on the splits of a run, each difference with its outcome."""
    from datakit.pipeline.comparing import FILE
    from datakit.pipeline.verdict import Comparison

    path = _beside(workspace, manifest, FILE, of="split")
    return with_outcomes(from_json(path.read_bytes(), Comparison)) if path else None


def with_outcomes(found: "Comparison") -> dict[str, Any]:
    """Return a comparison as JSON, each difference with its outcome."""

    def told(table: "Table") -> dict[str, Any]:
        return {
            **asdict(table),
            "differences": [{**asdict(one), "outcome": one.outcome} for one in table.differences],
        }

    remedies = found.against_remedies and told(found.against_remedies)
    return {**asdict(found), "tables": [told(table) for table in found.tables], "against_remedies": remedies}


def _tuning(workspace: Workspace, manifest: Manifest) -> dict[str, Any] | None:
    """Return the newest search that was made with the rows of a run, each finalist with mean and deviation."""
    from datakit.pipeline.tuning import FILE, data_of
    from datakit.training.search import Finalist

    data = data_of(manifest.stages)
    newest_first = sorted(
        workspace.root.glob(f"tune/*/{FILE}"), key=lambda path: (path.stat().st_mtime_ns, path), reverse=True
    )
    for search in map(_json, newest_first):
        if search is not None and search.get("data") == data:
            finalists = [Finalist(**one) for one in search["finalists"]]
            start = Finalist(**search["start"])
            told = [
                {**asdict(one), "mean": one.mean, "deviation": one.deviation, "is_start": one == start}
                for one in finalists
            ]
            return {**search, "finalists": told}
    return None


def _tokens(folder: Path, options: FinetuneOptions, seed: int) -> Tokens | None:
    """Count the tokens of a sample of train; None where there is no train yet, or no tokenizer on this disk."""
    tokenizers = [folder / "model", *([encoder_path()] if options.model == EMBEDDED else ())]
    at = next((path / "tokenizer.json" for path in tokenizers if (path / "tokenizer.json").exists()), None)
    train = folder / "splits" / "train.parquet"
    if at is None or not train.exists():
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(at))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts = Corpus.open(train).sample(_COUNTED, seed, "tokens").texts
    lengths = Counter(len(encoding) for encoding in tokenizer.encode_batch_fast(texts))
    return Tokens(lengths=lengths, limit=options.max_length, long_texts=options.long_texts)


def _precision_recall(path: Path) -> dict[str, tuple[tuple[float, float], ...]]:
    """Return each label's precision by recall on the test split, where it has rows with and without the label."""
    rows = _lines(path)
    if not rows:
        return {}
    import numpy as np
    from sklearn.metrics import precision_recall_curve

    carried = [{row["label"]} if isinstance(row["label"], str) else set(row["label"]) for row in rows]
    curves = {}
    for label in rows[0]["probabilities"]:
        true = np.array([label in labels for labels in carried])
        if true.all() or not true.any():
            continue
        scores = [row["probabilities"][label] for row in rows]
        precision, recall, _ = precision_recall_curve(true, scores)
        # The last place of each recall is that of the highest threshold, which has the best precision.
        best = np.flatnonzero(np.append(np.diff(recall) != 0, True))[::-1]
        kept = best[np.unique(np.linspace(0, len(best) - 1, _CURVE).round().astype(int))]
        curves[label] = tuple(zip(recall[kept].round(4).tolist(), precision[kept].round(4).tolist(), strict=True))
    return curves


def _new_texts(folder: Path) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Return a few new rows of each label, no two of one parent, and a few texts that were rejected."""
    path = folder / "augmented.parquet"
    if not path.exists():
        return (), ()
    corpus = Corpus.open(path)
    place = {id_: i for i, id_ in enumerate(corpus.ids)}
    return _samples(corpus, place), _rejected(folder, corpus, place)


def _samples(corpus: Corpus, place: Mapping[str, int]) -> tuple[Sample, ...]:
    first_of = {parent: i for i, parent in reversed(list(enumerate(corpus.parents))) if parent is not None}
    made = corpus.take(sorted(first_of.values()))
    chosen: dict[str, list[Sample]] = defaultdict(list)
    for row, labels in zip(made.rows(), made.label_sets, strict=True):
        label = ", ".join(labels)
        if len(chosen[label]) < SAMPLES_PER_LABEL:
            parent = corpus.texts[place[row["parent"]]]
            chosen[label].append(
                Sample(label=label, op=row["op"], parent=parent, text=row["text"], edits=edits_of(row))
            )
    return tuple(sample for label in sorted(chosen) for sample in chosen[label])


def _rejected(folder: Path, corpus: Corpus, place: Mapping[str, int]) -> tuple[Sample, ...]:
    rows = _lines(folder / "rejected.jsonl")
    return tuple(
        Sample(
            label=", ".join(corpus.label_sets[place[row["parent"]]]),
            op=row["op"],
            parent=corpus.texts[place[row["parent"]]],
            text=row["text"],
            edits=(),
            reason=row["reason"],
        )
        for row in sorted(rows, key=lambda row: row["reason"].partition(":")[0])
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return lines_of(path, dict[str, Any])


def _list(path: Path) -> list[dict[str, Any]]:
    return from_json(path.read_bytes(), list[dict[str, Any]]) if path.exists() else []

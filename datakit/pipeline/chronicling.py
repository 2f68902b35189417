"""Reads back what several runs have left: one beside another, or all of a workspace in a line each."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from datakit.core.errors import DatakitError
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.core.story import Chronicle, Line, Several
from datakit.pipeline.comparing import compare_runs
from datakit.pipeline.jobs.champion import Champions
from datakit.pipeline.recipe import parse
from datakit.pipeline.telling import reports_of, story_of, with_outcomes
from datakit.pipeline.workspace import Manifest, Workspace

LINEAR = "tfidf-logistic-regression"


def several_of(workspace: Workspace, runs: Sequence[Manifest]) -> Several:
    """Gather what runs have to tell beside each other; they are compared if their test rows are the same.

    Args:
        workspace: of the runs.
        runs: two or more, the first of which the others are compared with.
    """
    named = {f"run {place}": run for place, run in enumerate(runs, 1)}
    stories = {name: story_of(workspace, run) for name, run in named.items()}
    options = tuple(
        parse(run.recipe, where=f"recipe of {run.run}").model_dump(mode="json") for run in named.values()
    )
    try:
        comparison = compare_runs(workspace, [f"{name}={run.run}" for name, run in named.items()])
    except DatakitError as error:
        why_not = "; ".join(problem.got for problem in error.problems)
        return Several(runs=stories, options=options, why_not=why_not)
    return Several(runs=stories, options=options, comparison=with_outcomes(comparison))


def chronicle_of(workspace: Workspace) -> Chronicle:
    """Gather the runs of a workspace in a line each, the promotions and the jobs."""
    champions = Champions(workspace)
    champion = champions.current()
    return Chronicle(
        project=workspace.project.resolve().name,
        lines=tuple(_line(workspace, manifest) for manifest in workspace.history()),
        champion=champion.now.run if champion else None,
        promotions=tuple(msgspec.to_builtins(entry) for entry in champions.entries()),
        jobs=tuple(from_json(path.read_bytes(), dict[str, Any]) for path in workspace.jobs),
    )


def _line(workspace: Workspace, manifest: Manifest) -> Line:
    folder = workspace.folder_of(manifest.run)
    recipe = parse(manifest.recipe, where=f"recipe of {manifest.run}")
    reports = reports_of(folder, manifest)
    validate, split, augment, evaluate = (
        reports.get(stage, Report(stage=stage)).figures for stage in ("validate", "split", "augment", "evaluate")
    )
    rows, model = split.get("rows", {}), evaluate.get("model", {})
    return Line(
        run=manifest.run,
        created=manifest.created,
        command=manifest.command,
        outcome=manifest.outcome,
        seconds=sum(stage.seconds for stage in manifest.stages),
        source=recipe.source.path,
        model=recipe.finetune.model,
        findings=Counter(f.severity.value for report in reports.values() for f in report.findings),
        reported=(folder / "report.html").exists(),
        rows=validate.get("profile", {}).get("rows"),
        train=rows.get("train"),
        new=augment.get("new_rows"),
        test=rows.get("test"),
        tested_on=manifest.outputs.get("splits", {}).get("test.parquet", ""),
        macro_f1=model.get("macro_f1"),
        macro_f1_interval=model.get("macro_f1_interval"),
        linear=evaluate.get(LINEAR, {}).get("macro_f1"),
    )

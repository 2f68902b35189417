"""`datakit augment`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import components, offered
from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import as_asked, bring_up_to, parse_settings, patch_of


@click.command("augment")
@click.option(
    "--target",
    default="balanced",
    show_default=True,
    help="balanced, none, ratio=R, count=N, majority-share=S, or rows by label: '{spam: 300}'.",
)
@click.option(
    "--operator",
    "operators",
    multiple=True,
    metavar="NAME[:WEIGHT]",
    shell_complete=offered(components("operators")),
    help="One after the other, in the order given; those with a weight divide the new rows by it first.",
)
@click.option("--max-per-row", type=click.IntRange(min=1), help="Most new texts made from one row (default 20).")
@click.option("--output", type=click.Path(path_type=Path), help="Also write the new train split to this file.")
@click.option("--dry-run", is_flag=True, help="Only show the plan for the splits as they stand.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Show N new rows beside their parents.")
@click.option("--show-rejected", is_flag=True, help="Show some texts that were not taken, and why.")
@pipeline_options
def command(
    target: str,
    operators: tuple[str, ...],
    output: Path | None,
    *,
    dry_run: bool,
    sample: int | None,
    show_rejected: bool,
    **options: Any,
) -> int:
    """Raise rare classes of the train split with new texts made from their rows.

    Validation and test are never touched. Every new row names its parent and the edits that made it; a class that
    cannot be filled honestly is reported, never filled with copies. Where rows carry several labels, a new row
    carries all labels of its parent, and rows with rare labels only are taken first.
    """
    shared = {name: options.pop(name) for name in SHARED}
    patch = patch_of(
        "augment",
        {
            **options,
            **parse_settings((f"augment.target={target}",))["augment"],
            "operators": list(map(_operator, operators)) or None,
        },
    )
    if dry_run:
        return _dry_run(patch, shared)
    code = bring_up_to("augment", patch, shared)
    silent = shared["quiet"] or shared["as_json"]
    if code == 0 and not silent and (sample or show_rejected):
        _show(sample, show_rejected=show_rejected)
    if output is not None and code == 0:
        _export(output, quiet=silent)
    return code


def _operator(given: str) -> dict[str, Any]:
    """Return what `synonym` or `synonym:3` asks for; the recipe checks the number."""
    name, colon, weight = given.partition(":")
    return {"name": name, "weight": weight} if colon else {"name": name}


def _dry_run(patch: Mapping[str, Any], shared: Mapping[str, Any]) -> int:
    """Show what would be set out to do, by label; nothing is run and nothing is remembered."""
    import msgspec

    from datakit.core.errors import Problem, UsageError
    from datakit.pipeline.runner import plan
    from datakit.pipeline.stages.augment import Augment
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    workspace = Workspace(Path.cwd())
    recipe = as_asked(workspace.recipe(), shared, patch)
    latest = workspace.latest()
    folder = workspace.folder_of(latest.run) if latest else workspace.root
    stale = [one.stage for one in plan(workspace, recipe) if one.runs and one.stage in ("validate", "split")]
    if stale or not (folder / "splits").is_dir():
        raise UsageError(
            Problem(
                where="--dry-run", got="the splits are not up to date, and nothing is run", fix="datakit split"
            )
        )
    rows = [msgspec.to_builtins(row) for row in Augment.of(recipe, workspace.project).outlook(folder)]
    if shared["as_json"]:
        told = {"schema_version": 1, "run": folder.name, "target": recipe.augment.target, "plan": rows}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        terminal.console().print(terminal.outlook(rows))
    return 0


def _show(n: int | None, *, show_rejected: bool) -> None:
    from datakit.pipeline.stages.augment import rejected, samples
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    workspace = Workspace(Path.cwd())
    latest = workspace.latest()
    if latest is None:
        return
    folder, console = workspace.folder_of(latest.run), terminal.console()
    if n:
        console.print(terminal.samples(samples(folder, n, workspace.recipe().seed)))
    if show_rejected:
        console.print(terminal.rejected(rejected(folder)))


def _export(output: Path, *, quiet: bool) -> None:
    from datakit.core.corpus import Corpus
    from datakit.io import write
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    latest = workspace.latest()
    if latest is not None:
        marked = write(Corpus.open(workspace.folder_of(latest.run) / "augmented.parquet"), output)
        if not quiet:
            click.echo(f"written: {output}")
        if marked and not quiet:
            click.echo(
                f"{marked:,} of its cells begin with an apostrophe now, lest a spreadsheet run them as formulas; "
                ".jsonl and .parquet keep every text as it is"
            )

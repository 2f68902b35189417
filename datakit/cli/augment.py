"""`datakit augment`."""

from pathlib import Path
from typing import Any

import click

from datakit.cli._shared import SHARED, bring_up_to, patch_of, pipeline_options


@click.command("augment")
@click.option(
    "--target",
    default="balanced",
    show_default=True,
    help="balanced, none, ratio=R, count=N or majority-share=S.",
)
@click.option("--operator", "operators", multiple=True, metavar="NAME", help="In the order given.")
@click.option("--max-per-row", type=click.IntRange(min=1), help="Most new texts made from one row (default 20).")
@click.option("--output", type=click.Path(path_type=Path), help="Also write the new train split to this file.")
@pipeline_options
def command(operators: tuple[str, ...], output: Path | None, **options: Any) -> int:
    """Raise rare classes of the train split with new texts made from their rows.

    Validation and test are never touched. Every new row names its parent and the edits that made it; a class that
    cannot be filled honestly is reported, never filled with copies.
    """
    shared = {name: options.pop(name) for name in SHARED}
    patch = patch_of("augment", {**options, "operators": [{"name": name} for name in operators] or None})
    code = bring_up_to("augment", patch, shared)
    if output is not None and code == 0:
        _export(output, quiet=shared["quiet"] or shared["as_json"])
    return code


def _export(output: Path, *, quiet: bool) -> None:
    from datakit.core.corpus import Corpus
    from datakit.io import write
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    latest = workspace.latest()
    if latest is not None:
        write(Corpus.open(workspace.folder_of(latest.run) / "augmented.parquet"), output)
        if not quiet:
            click.echo(f"written: {output}")

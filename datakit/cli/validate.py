"""`datakit validate`."""

from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import files, offered, runs, suites
from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import bring_up_to, follow, patch_of


@click.command("validate")
@click.argument("path", required=False, shell_complete=files)
@click.option("--test", metavar="FILE", shell_complete=files, help="A test split of your own; it stays as it is.")
@click.option("--validation", metavar="FILE", shell_complete=files, help="A validation split of your own.")
@click.option("--text-column", metavar="NAME", help="Guessed when obvious.")
@click.option("--label-column", metavar="NAME", help="Guessed when obvious.")
@click.option("--id-column", metavar="NAME", help="Guessed when obvious; else rows are known by content.")
@click.option("--columns", metavar="A,B,…", help="Names for a CSV or TSV file without a header.")
@click.option("--encoding", help="Read strictly. Default auto: UTF-8; CSV and TSV else as their bytes say.")
@click.option(
    "--suite",
    metavar="FILE",
    shell_complete=offered(suites, else_type="file"),
    help="Great Expectations suite, in ./expectations or shipped.",
)
@click.option(
    "--deep/--no-deep", default=None, help="Checks that read all texts at once (default: of up to 20,000 rows)."
)
@click.option(
    "--reference",
    metavar="FILE|RUN",
    shell_complete=offered(runs, else_type="file"),
    help="Rows of old; what has drifted away from them is told.",
)
@pipeline_options
def command(
    path: str | None,
    columns: str | None,
    suite: str | None,
    deep: bool | None,
    reference: str | None,
    **options: Any,
) -> int:
    """Check labels and texts of PATH; quarantine what cannot be used.

    PATH is .jsonl, .json, .csv or .tsv (each also .gz), .parquet, or a folder saved by datasets. Without PATH the
    file of the last call is checked again. A new PATH begins anew, with default options.

    Exit code 3 if a gate fails: error findings, or an expectation of the suite that is not met.
    """
    shared = {name: options.pop(name) for name in SHARED}
    source = patch_of("source", {**options, "columns": columns.split(",") if columns else None})
    patch = {**source, **patch_of("validate", {"suite": suite, "deep": deep, "reference": reference})}
    if path is None:
        return bring_up_to("validate", patch, shared)
    return follow(_recipe_for(path), "validate", shared, patch)


def _recipe_for(path: str) -> Any:
    """Return what this folder remembers if it is about `path`, else a new recipe."""
    from datakit.pipeline.recipe import parse
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    if (workspace.root / "recipe.yaml").exists() and (known := workspace.recipe()).source.path == path:
        return known
    return parse({"source": path}, where="datakit validate")

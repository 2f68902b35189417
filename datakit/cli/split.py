"""`datakit split`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import files
from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import bring_up_to, patch_of

KEPT = ".datakit/assignment.parquet"


@click.command("split")
@click.option("--validation-share", "validation", type=float, metavar="0..1", help="Of the rows (default 0.1).")
@click.option("--test-share", "test", type=float, metavar="0..1", help="Of the rows (default 0.1).")
@click.option("--near/--no-near", default=None, help="Keep near-duplicates on one side too (default), or not.")
@click.option("--stable", is_flag=True, help=f"Keep the split of each text when the data grow, in {KEPT}.")
@click.option("--assignment", metavar="FILE", shell_complete=files, help="The same, in a file of your choice.")
@click.option("--verify", is_flag=True, help="Only check the last splits against their certificate.")
@pipeline_options
def command(*, verify: bool, stable: bool, **options: Any) -> int:
    """Split into train, validation and test: every label in its share, all copies of a text on one side.

    Splits given with `datakit validate --test FILE` stay as they are. Exit code 3 if --verify finds that the
    splits are not what was certified.
    """
    shared = {name: options.pop(name) for name in SHARED}
    if verify:
        return _verify(as_json=shared["as_json"], quiet=shared["quiet"])
    if stable and options["assignment"] is None:
        options["assignment"] = KEPT
    return bring_up_to("split", patch_of("split", options), shared)


def _verify(*, as_json: bool, quiet: bool) -> int:
    """Check the splits of the latest run. Returns the exit code."""
    from datakit.core.errors import GateError, Problem, UsageError
    from datakit.pipeline.stages.split import differences
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    latest = workspace.latest()
    folder = workspace.folder_of(latest.run) if latest else workspace.root
    if not (folder / "certificate.json").exists():
        raise UsageError(
            Problem(where=str(workspace.project), got="nothing was split here yet", fix="datakit split")
        )
    found = differences(folder)
    if as_json:
        click.echo(json.dumps({"schema_version": 1, "run": folder.name, "differences": found}, indent=2))
    if found:
        fix = "make the splits anew from the source, in a workspace that nobody else writes to"
        raise GateError(*(Problem(where=str(folder / "splits"), got=line, fix=fix) for line in found))
    if not (as_json or quiet):
        click.echo("the splits are what was certified")
    return 0

"""`datakit worker`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import as_asked, command_line


class _ShareType(click.ParamType[Any]):
    """`2/3`: the second of three shares."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return both numbers."""
        i, slash, n = str(value).partition("/")
        if not (slash and i.isdecimal() and n.isdecimal() and 1 <= int(i) <= int(n)):
            self.fail(f"{value!r} is no share; write 1/3 for the first of three", param, ctx)
        return int(i), int(n)


@click.command("worker")
@click.option(
    "--shard", "share", type=_ShareType(), required=True, help="Which share of how many, from 1/N to N/N."
)
@pipeline_options
def command(share: tuple[int, int], **options: Any) -> int:
    """Do a share of the augmentation ahead, on one of many machines that see this folder.

    After `datakit split`, and before `datakit augment` with the same options, which then finds the texts. Workers
    may run at the same time, be killed, and run again; see pipelines/slurm.sh.
    """
    from datakit.pipeline.working import work_ahead
    from datakit.pipeline.workspace import Workspace

    shared = {name: options[name] for name in SHARED}
    workspace = Workspace(Path.cwd())
    recipe = as_asked(workspace.recipe(), shared)
    tallies = work_ahead(workspace, recipe, *share, command=command_line())
    if shared["as_json"]:
        rounds = [tally._asdict() for tally in tallies]
        click.echo(json.dumps({"schema_version": 1, "shard": list(share), "rounds": rounds}, indent=2))
    elif not shared["quiet"]:
        for tally in tallies:
            click.echo(
                f"{tally.operator}: {tally.asked:,} rows in {tally.shards:,} shards, {tally.kept:,} done before"
            )
    return 0

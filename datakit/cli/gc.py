"""`datakit gc`."""

import json
from pathlib import Path

import click

from datakit.cli._options import json_option


@click.command("gc")
@click.option("--keep", default=5, show_default=True, type=click.IntRange(min=1), help="Newest runs that stay.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@json_option
def command(keep: int, dry_run: bool, as_json: bool) -> int:
    """Remove old runs, and the objects, records, checkpoints and shards that no other run needs.

    Whatever their age there stay the latest run, the champion and the one before it, the last run of each job, the
    run that is the reference, and what a kept run was repaired from.
    """
    from datakit.pipeline.lock import locked
    from datakit.pipeline.pruning import garbage, standing
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    with locked(workspace.lock, "gc"):
        workspace.tidy()
        found = garbage(workspace, keep)
        freed = found.bytes()
        if not dry_run:
            found.remove()
        kept = [run.run for run in workspace.history() if run.run not in found.runs]
    if as_json:
        told = {
            "schema_version": 1,
            "dry_run": dry_run,
            "runs": found.runs,
            "kept": kept,
            "records": len(found.records),
            "objects": len(found.objects),
            "other_folders": [str(path.relative_to(workspace.root)) for path in found.besides],
            "bytes": freed,
        }
        click.echo(json.dumps(told, indent=2))
        return 0
    stay = standing(workspace)
    for run in kept:
        click.echo(f"kept     {run}" + (f"  {stay[run]}" if run in stay else ""))
    for run in found.runs:
        click.echo(f"{'goes' if dry_run else 'removed':<7}  {run}")
    counts = {
        "runs": found.runs,
        "objects": found.objects,
        "records": found.records,
        "folders of checkpoints and shards": found.besides,
    }
    counted = ", ".join(f"{what} {len(things):,}" for what, things in counts.items() if things)
    click.echo(f"{freed:,} bytes {'would be freed' if dry_run else 'freed'}{counted and f': {counted}'}")
    return 0

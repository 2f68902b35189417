"""`datakit status`."""

from pathlib import Path

import click

from datakit.cli._options import json_option


@click.command("status")
@json_option
def command(as_json: bool) -> int:
    """Show source, stages, latest run and champion of this workspace."""
    import json

    from datakit.pipeline.jobs.champion import Champions
    from datakit.pipeline.runner import plan
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    workspace = Workspace(Path.cwd())
    recipe = workspace.recipe()
    planned = list(plan(workspace, recipe))
    latest, champion = workspace.latest(), Champions(workspace).current()
    if as_json:
        stages = {p.stage: "to run" if p.runs else "up to date" for p in planned}
        status = {
            "source": recipe.source.path,
            "stages": stages,
            "latest": latest and {"run": latest.run, "outcome": latest.outcome},
            "champion": champion and champion.now.run,
        }
        click.echo(json.dumps({"schema_version": 1, **status}, indent=2))
        return 0
    console = terminal.console()
    about = f"{latest.run} ({latest.outcome})" if latest else "none"
    standing = {"champion": champion.now.run} if champion else {}
    console.print(terminal.facts({"source": recipe.source.path, "latest run": about, **standing}))
    console.print(terminal.plan([(p.stage, p.runs, p.why) for p in planned]))
    return 0

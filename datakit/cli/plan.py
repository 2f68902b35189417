"""`datakit plan`."""

from pathlib import Path

import click


@click.command("plan")
@click.option("--why", "stage", metavar="STAGE", help="Only this stage.")
@click.argument("recipe", required=False, type=click.Path(path_type=Path))
def command(stage: str | None, recipe: Path | None) -> int:
    """Show which stages would run, and which part of what they depend on has changed."""
    from datakit.core.errors import Problem, UsageError
    from datakit.core.names import suggest
    from datakit.pipeline.recipe import load
    from datakit.pipeline.runner import plan
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    workspace = Workspace(Path.cwd())
    planned = list(plan(workspace, load(recipe) if recipe else workspace.recipe()))
    if stage is not None and stage not in (known := [p.stage for p in planned]):
        raise UsageError(Problem(where="--why", got=f"no stage {stage!r}", fix=suggest(stage, known)))
    chosen = [p for p in planned if stage in (None, p.stage)]
    terminal.console().print(terminal.plan([(p.stage, p.runs, p.why) for p in chosen]))
    return 0

"""`datakit plan`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import offered, stages
from datakit.cli._options import json_option
from datakit.cli._shared import shortened

_SHOWN = 48  # characters of any other value


@click.command("plan")
@click.option(
    "--why",
    "stage",
    metavar="STAGE",
    shell_complete=offered(stages),
    help="Only this stage: what of its key differs, then and now.",
)
@json_option
@click.argument("recipe", required=False, type=click.Path(path_type=Path))
def command(stage: str | None, as_json: bool, recipe: Path | None) -> int:
    """Show which stages would run, and which part of what they depend on has changed."""
    import msgspec

    from datakit.core.errors import Problem, UsageError
    from datakit.core.names import suggest
    from datakit.pipeline.recipe import load
    from datakit.pipeline.runner import plan
    from datakit.pipeline.stages import STAGES
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    known = [kind.name for kind in STAGES]
    if stage is not None and stage not in known:
        raise UsageError(Problem(where="--why", got=f"no stage {stage!r}", fix=suggest(stage, known)))
    workspace = Workspace(Path.cwd())
    planned = list(plan(workspace, load(recipe) if recipe else workspace.recipe(), closely=stage))
    chosen = [one for one in planned if stage in (None, one.stage)]
    if as_json:
        told = {"schema_version": 1, "stages": msgspec.to_builtins(chosen)}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return 0
    console = terminal.console()
    # Closely looked at, the names of the parts stand in the table below.
    why = [() if stage and one.differences and one.key else one.why for one in chosen]
    console.print(terminal.plan([(one.stage, one.runs, w) for one, w in zip(chosen, why, strict=True)]))
    if stage is not None:
        _explain(chosen[0], console)
    return 0


def _explain(planned: Any, console: Any) -> None:
    from datakit.reports import terminal

    told = {} if planned.key is None else {"key": shortened(planned.key)}
    if planned.against is not None:
        told["compared with" if planned.runs else "as in"] = f"run {planned.against}"
    elif planned.runs:
        told["compared with"] = "nothing: it has never run here"
    console.print(terminal.facts(told))
    if planned.differences:
        rows = [
            {"part": one.part, "then": _short(one.before), "now": _short(one.now)} for one in planned.differences
        ]
        console.print(terminal.table(rows))


def _short(value: Any) -> str:
    """Return a value on one line, of a long one the beginning."""
    if value is None:
        return "none"
    told = shortened(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return told if len(told) <= _SHOWN else f"{told[: _SHOWN - 1]}…"

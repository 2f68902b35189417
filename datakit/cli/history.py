"""`datakit history`."""

from pathlib import Path

import click

_SHOWN = 24  # characters of a command; --json has all of it
_NARROW = 100  # columns; on less there is no room for commands
_ROOM = 75  # columns; on less runs are broken, so that all figures have a place


@click.command("history")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line instead.")
def command(as_json: bool) -> int:
    """List the runs of this workspace, the oldest first, with their figures."""
    import json

    from datakit.pipeline.telling import headline
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    workspace = Workspace(Path.cwd())
    rows = [headline(workspace, manifest) for manifest in workspace.history()]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
    elif rows:
        console = terminal.console()
        for row in rows:
            row["command"] = _short(row["command"])
        if console.width < _NARROW:
            rows = [{name: value for name, value in row.items() if name != "command"} for row in rows]
        console.print(terminal.table(rows, whole=["run"] if console.width >= _ROOM else []))
    else:
        click.echo("no runs here yet")
    return 0


def _short(command: str) -> str:
    return command if len(command) <= _SHOWN else f"{command[: _SHOWN - 1]}…"

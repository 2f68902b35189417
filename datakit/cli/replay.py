"""`datakit replay`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import offered, runs
from datakit.cli._options import json_option


@click.command("replay")
@click.argument("row", metavar="ID")
@click.option(
    "--run", metavar="RUN", shell_complete=offered(runs), help="The run that made it (default: the latest)."
)
@json_option
def command(row: str, run: str | None, as_json: bool) -> int:
    """Make the augmented row ID again, and say whether it is the same to the byte.

    Exit code 3 if it is not; what has changed since the row was made is named.
    """
    from datakit.core.errors import GateError, Problem
    from datakit.pipeline.stages.augment import replay_row
    from datakit.pipeline.workspace import Workspace

    replayed = replay_row(Workspace(Path.cwd()), row, run)
    if as_json:
        click.echo(json.dumps(_as_json(replayed), indent=2, ensure_ascii=False))
    else:
        _show(replayed)
    if not replayed.row.same:
        got = "no text" if replayed.row.again is None else repr(replayed.row.again)
        changed = ", ".join(replayed.changed) or "nothing that datakit knows of"
        raise GateError(
            Problem(
                where=row,
                got=f"made again it is {got}",
                fix=f"replay it with what made it; changed since: {changed}",
            )
        )
    return 0


def _as_json(replayed: Any) -> dict[str, Any]:
    import msgspec

    return {"schema_version": 1, "same": replayed.row.same, **msgspec.to_builtins(replayed)}


def _show(replayed: Any) -> None:
    from datakit.core.story import Sample
    from datakit.reports import terminal

    row, console = replayed.row, terminal.console()
    console.print(
        terminal.facts(
            {
                "run": replayed.run,
                "parent": row.parent,
                "operator": json.dumps(row.operator, ensure_ascii=False),
                "place in its stream": str(row.k),
                "seed": str(row.seed),
                "made with": ", ".join(f"{name} {version}" for name, version in replayed.made_with.items()),
            }
        )
    )
    sample = Sample(
        label=", ".join(row.labels),
        op=row.operator["name"],
        parent=row.source,
        text=row.text,
        edits=row.edits,
    )
    console.print(terminal.samples([(row.id, sample)]))
    if row.same:
        console.print("the same to the byte")

"""`datakit trace`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import offered, runs
from datakit.cli._options import json_option
from datakit.cli._shared import shortened


@click.command("trace")
@click.argument("name", metavar="ID", shell_complete=offered(runs, else_type="file"))
@json_option
def command(name: str, as_json: bool) -> int:
    """Tell where ID comes from, and what became of it.

    ID is a row's id, or FILE:LINE; a run; or a digest, as of a model. The beginning will do where it is unique. Of
    a row: line in the source, split, what made it, and the models that saw it, in all runs. Of a run or a model:
    data, options, code, packages and keys, and whether it was champion.
    """
    import msgspec

    from datakit.core.errors import UsageError
    from datakit.pipeline.lineage import bearing, lineage
    from datakit.pipeline.tracing import trace_row
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    runs = [run for run in workspace.history() if run.run.startswith(name)]
    named = [(run, "") for run in runs] if len(runs) == 1 else []
    row = None if named else trace_row(workspace, name)
    if row is None:
        named = named or bearing(workspace, name)
        if not named:
            raise UsageError(_unknown(workspace, name, [run.run for run in runs]))
    if as_json:
        told: dict[str, Any] = {"schema_version": 1, "row": row}
        if named:
            told["named"] = [{"run": run.run, "as": what} for run, what in named]
            told["lineage"] = lineage(workspace, named[0][0])
        click.echo(json.dumps(msgspec.to_builtins(told), indent=2, ensure_ascii=False))
    elif row is not None:
        _show_row(row)
    else:
        for run, what in named:
            if what:
                click.echo(f"{what}, in run {run.run}")
        _show_run(lineage(workspace, named[0][0]))
    return 0


def _unknown(workspace: Any, name: str, runs: Sequence[str]) -> Any:
    """Return what to say of a name that means nothing here, or several runs."""
    from datakit.core.errors import Problem
    from datakit.pipeline.tracing import near

    if runs:
        fix = f"give more of it: {', '.join(runs[-5:])}"
        return Problem(where=name, got=f"{len(runs):,} runs begin so", fix=fix)
    ids = ", ".join(near(workspace, name)) or "none, for nothing was run here"
    fix = f"give a row's id (near: {ids}), FILE:LINE, or a run (datakit history)"
    return Problem(where=name, got="no row, run or digest is called so", fix=fix)


def _show_row(row: Any) -> None:
    from datakit.reports import terminal

    console = terminal.console()
    about = {"row": row.id or "without an id"}
    if row.labels:
        about["label"] = ", ".join(row.labels)
    if row.made is not None:
        about["made from"] = f"row {row.made.parent}, by {row.made.operator}, number {row.made.k} of its stream"
        about["edits"] = "; ".join(f"{start}-{stop}: {text!r}" for start, stop, text in row.made.edits)
    about["text"] = row.text
    console.print(terminal.facts(about))
    for station in row.stations:
        console.print(terminal.facts({"run": station.run} | _station(station)))


def _station(station: Any) -> dict[str, str]:
    about = {"  source": station.source or "none", "  place": station.place}
    if station.told:
        about["  so"] = "; ".join(station.told)
    if station.model is not None:
        about["  model"] = shortened(station.model) + (" (the champion)" if station.champion else "")
    if station.findings:
        about["  findings"] = ", ".join(station.findings)
    if station.children:
        about["  made of it"] = f"{station.children:,} augmented rows"
    return about


def _show_run(run: Any) -> None:
    from datakit.reports import terminal

    console = terminal.console()
    about = {
        "run": run.run,
        "created": run.created,
        "command": f"datakit {run.command}",
        "outcome": run.outcome,
        "datakit": run.version,
        "recipe": json.dumps(run.recipe, ensure_ascii=False),
    }
    if run.accepted:
        about["accepted"] = ", ".join(run.accepted)
    if run.model is not None:
        about["model"] = shortened(run.model) + (" (the champion)" if run.champion else "")
    for entry in run.promotions:
        about[entry.event] = f"{entry.time} {entry.reason}"
    packages = {name: version for step in run.steps for name, version in step.packages.items()}
    about["packages"] = ", ".join(f"{name} {version}" for name, version in sorted(packages.items()))
    console.print(terminal.facts(about))
    for step in run.steps:
        told = {
            "key": shortened(step.key) + f" ({step.status})",
            "read": _digests(step.outside),
            "needed": _digests(step.inputs),
            "gave": _digests(step.outputs),
            "code": shortened(step.code),
        }
        console.print(terminal.facts({step.stage: "", **{f"  {k}": v for k, v in told.items() if v}}))


def _digests(named: Any) -> str:
    return ", ".join(f"{name} {shortened(digest)}" for name, digest in named.items())

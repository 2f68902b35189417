"""`datakit diagnose`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._shared import GATE_FAILED, SHARED, bring_up_to, pipeline_options


@click.command("diagnose")
@click.argument("run", required=False)
@pipeline_options
def command(run: str | None, **options: Any) -> int:
    """Say what went wrong in training, and what to change.

    Of the training of RUN, if one is named, also where it came to no end; else the pipeline is brought up to date.
    """
    shared = {name: options.pop(name) for name in SHARED}
    return bring_up_to("diagnose", {}, shared) if run is None else _judge(run, shared)


def _judge(run: str, shared: dict[str, Any]) -> int:
    import msgspec

    from datakit.pipeline.diagnosing import diagnosed
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    report = diagnosed(Workspace(Path.cwd()), run)
    if shared["as_json"]:
        click.echo(json.dumps({"schema_version": 1, **msgspec.to_builtins(report)}, indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        terminal.console().print(terminal.stage(report, ran=True))
    return GATE_FAILED if report.errors(frozenset(shared["accept"])) else 0

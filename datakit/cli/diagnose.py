"""`datakit diagnose`."""

from typing import Any

import click

from datakit.cli._shared import SHARED, bring_up_to, pipeline_options


@click.command("diagnose")
@pipeline_options
def command(**options: Any) -> int:
    """Say what went wrong in training, and what to change."""
    shared = {name: options.pop(name) for name in SHARED}
    return bring_up_to("diagnose", {}, shared)

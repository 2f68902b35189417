"""`datakit split`."""

from typing import Any

import click

from datakit.cli._shared import SHARED, bring_up_to, patch_of, pipeline_options


@click.command("split")
@click.option("--validation-share", "validation", type=float, metavar="0..1", help="Of the rows (default 0.1).")
@click.option("--test-share", "test", type=float, metavar="0..1", help="Of the rows (default 0.1).")
@pipeline_options
def command(**options: Any) -> int:
    """Split into train, validation and test: every label in its share, all copies of a text on one side.

    Splits given with `datakit validate --test FILE` stay as they are.
    """
    shared = {name: options.pop(name) for name in SHARED}
    return bring_up_to("split", patch_of("split", options), shared)

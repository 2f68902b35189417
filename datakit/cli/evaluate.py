"""`datakit evaluate`."""

from typing import Any

import click

from datakit.cli._shared import SHARED, bring_up_to, patch_of, pipeline_options


@click.command("evaluate")
@click.option("--worst", type=click.IntRange(min=0), help="Wrong answers to keep (default 50).")
@pipeline_options
def command(**options: Any) -> int:
    """Measure the model on the test split, beside a majority-class and a TF-IDF + logistic regression baseline."""
    shared = {name: options.pop(name) for name in SHARED}
    return bring_up_to("evaluate", patch_of("evaluate", options), shared)

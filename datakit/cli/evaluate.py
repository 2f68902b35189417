"""`datakit evaluate`."""

from typing import Any

import click

from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import bring_up_to, patch_of


@click.command("evaluate")
@click.option("--worst", type=click.IntRange(min=0), help="Wrong answers to keep (default 50).")
@click.option(
    "--calibration", type=click.Choice(["none", "temperature"]), help="Of the probabilities (default none)."
)
@click.option(
    "--thresholds", type=click.Choice(["none", "tuned"]), help="Move the line between labels (default none)."
)
@click.option("--probe/--no-probe", default=None, help="Also measure a frozen encoder (default: yes).")
@pipeline_options
def command(**options: Any) -> int:
    """Measure the model on the test split, every figure with its 95% interval.

    Beside it stand the majority class, TF-IDF + logistic regression, and a frozen encoder + logistic regression.
    Temperature and thresholds are fitted on the validation split; they are applied only where asked for.
    """
    shared = {name: options.pop(name) for name in SHARED}
    return bring_up_to("evaluate", patch_of("evaluate", options), shared)

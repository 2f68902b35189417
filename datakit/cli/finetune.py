"""`datakit finetune`."""

from typing import Any

import click

from datakit.cli._shared import SHARED, bring_up_to, patch_of, pipeline_options


@click.command("finetune")
@click.option("--model", metavar="NAME", help="minilm (embedded), a local folder, or a hub id[@revision].")
@click.option("--epochs", type=click.IntRange(min=1), help="At most (default 4).")
@click.option("--batch-size", type=click.IntRange(min=1), help="Rows (default 16).")
@click.option("--learning-rate", metavar="RATE|auto", help="Peak rate of AdamW (default auto).")
@click.option("--max-length", type=click.IntRange(min=3), help="Tokens read of each text (default 256).")
@click.option("--class-weights", type=click.Choice(["balanced", "none"]), help="Default balanced.")
@click.option("--patience", type=click.IntRange(min=1), help="Epochs without a better macro-F1 (default 2).")
@pipeline_options
def command(**options: Any) -> int:
    """Fine-tune an encoder, evaluate it on the test split, diagnose it, and write the report.

    The best epoch by macro-F1 on the validation split is kept. The test split is looked at once, at the end.
    """
    shared = {name: options.pop(name) for name in SHARED}
    return bring_up_to("diagnose", patch_of("finetune", options), shared)

"""`datakit run`."""

from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import files
from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import follow


@click.command("run")
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--source", metavar="FILE", shell_complete=files, help="Instead of the recipe's source.")
@pipeline_options
def command(recipe: Path, source: str | None, **options: Any) -> int:
    """Follow RECIPE from source to report. Relative paths in it are those of the current folder.

    Made for schedulers: nothing is asked, what is unchanged is not run again, and the exit code says what became
    of it (3: a gate failed, 5: another run is under way, 75: try again later).
    """
    from datakit.pipeline.recipe import load

    shared = {name: options[name] for name in SHARED}
    return follow(load(recipe), "diagnose", shared, {"source": {"path": source}} if source else {})

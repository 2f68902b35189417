"""`datakit init`."""

import shutil
from pathlib import Path

import click


@click.command("init")
def command() -> int:
    """Lay down recipes (pipelines/) and Great Expectations suites (expectations/) here, to be edited.

    Files that are there already stay as they are.
    """
    from datakit.pipeline.shipped import Kind, shipped

    kinds: tuple[Kind, ...] = ("pipelines", "expectations")
    for kind in kinds:
        for path in sorted(p for p in shipped(kind).rglob("*") if p.is_file()):
            target = Path(kind) / path.relative_to(shipped(kind))
            if target.exists():
                click.echo(f"kept     {target}")
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
                click.echo(f"written  {target}")
    click.echo("next: datakit validate path/to/raw.jsonl")
    return 0

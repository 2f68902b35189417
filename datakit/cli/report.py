"""`datakit report`."""

from pathlib import Path

import click


@click.command("report")
@click.argument("run", required=False)
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--output", type=click.Path(path_type=Path), help="Where to write it (default: the run's folder).")
def command(run: str | None, open_it: bool, output: Path | None) -> int:
    """Write the HTML report of RUN, by default the latest: one file, to be read offline."""
    from datakit.cli._report import write_report
    from datakit.core.errors import Problem, UsageError
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    manifest = workspace.manifest(run) if run else workspace.latest()
    if manifest is None:
        raise UsageError(
            Problem(where=str(Path.cwd()), got="no run here yet", fix="datakit validate path/to/raw.jsonl")
        )
    path = write_report(workspace, manifest, output)
    click.echo(str(path))
    if open_it:
        click.launch(path.as_uri())
    return 0

"""`datakit report`."""

from pathlib import Path

import click

from datakit.cli._completion import offered, runs


@click.command("report")
@click.argument("runs", nargs=-1, metavar="[RUN]...", shell_complete=offered(runs))
@click.option("--index", is_flag=True, help="All runs of this workspace in a line each, instead of a run.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
@click.option("--output", type=click.Path(path_type=Path), help="Where to write it (default: see above).")
def command(runs: tuple[str, ...], *, index: bool, open_it: bool, output: Path | None) -> int:
    """Write an HTML report: one file, to be read offline.

    \b
    datakit report              the latest run; report.html in the run's folder
    datakit report RUN          that run
    datakit report RUN RUN      several beside the first; .datakit/comparison.html
    datakit report --index      all runs, promotions and jobs; .datakit/index.html

    RUN is an id of `datakit history`, or its beginning.
    """  # noqa: D301  (click wants the \b itself: it keeps the lines of a paragraph apart)
    from datakit.cli._report import write_index, write_report, write_several
    from datakit.core.errors import Problem, UsageError
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    latest = workspace.latest()
    if index and runs:
        raise UsageError(
            Problem(where="--index", got="runs beside it", fix="leave them out: it shows all of them")
        )
    if latest is None:
        raise UsageError(
            Problem(where=str(Path.cwd()), got="no run here yet", fix="datakit validate path/to/raw.jsonl")
        )
    manifests = [workspace.manifest(run) for run in runs] or [latest]
    if index:
        path = write_index(workspace, output)
    elif len(manifests) > 1:
        path = write_several(workspace, manifests, output)
    else:
        path = write_report(workspace, manifests[0], output)
    click.echo(str(path))
    if open_it and click.launch(path.as_uri()):
        click.echo("nothing here opens it: copy the file, it needs no other", err=True)
    return 0

"""`datakit schedule`."""

import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from datakit.cli._completion import offered, recipes
from datakit.cli._shared import relative


@click.group("schedule")
def command() -> None:
    """Run jobs when they are due, or write files for the scheduler that you have."""


@command.command("run")
@click.argument("names", nargs=-1, metavar="[NAME|RECIPE]...", shell_complete=offered(recipes, else_type="file"))
def run(names: tuple[str, ...]) -> int:
    """Start jobs when they are due.

    By default those of ./pipelines that have a schedule, until this is stopped. What became of each due time
    stands in .datakit/schedule/NAME.jsonl. Only one such loop runs in a workspace.
    """
    import signal

    from datakit.pipeline.jobs.process import Processes
    from datakit.pipeline.jobs.schedule import Scheduler, WallClock
    from datakit.pipeline.lock import locked
    from datakit.pipeline.workspace import Workspace

    jobs = [_scheduled(name) for name in names or _all_names()]
    project = Path.cwd()
    folder = Workspace(project).root / "schedule"
    scheduler = Scheduler(
        jobs=jobs,
        folder=folder,
        clock=WallClock(),
        starter=Processes(project=project, folder=folder),
        tell=lambda entry: _tell(entry, {job.name: job for job in jobs}),
    )
    signal.signal(signal.SIGTERM, _interrupt)
    with locked(folder / "lock", "schedule run"):
        for job in jobs:
            click.echo(f"{job.name}: next {next(job.due(scheduler.clock.now())):%Y-%m-%d %H:%M:%S} UTC", err=True)
        try:
            scheduler.run()
        finally:
            scheduler.stop()
    return 0


@command.command("show")
@click.argument("names", nargs=-1, metavar="[NAME|RECIPE]...", shell_complete=offered(recipes, else_type="file"))
@click.option("-n", "count", default=5, type=click.IntRange(min=1), help="Due times, and lines of the log.")
def show(names: tuple[str, ...], count: int) -> int:
    """Show what became of the last due times, and the next ones."""
    from datetime import UTC, datetime
    from itertools import islice
    from zoneinfo import ZoneInfo

    from datakit.pipeline.jobs.lines import lines_of
    from datakit.pipeline.jobs.schedule import Entry
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    rows = []
    for job in map(_scheduled, names or _all_names()):
        zone = ZoneInfo(job.options.timezone)
        entries = lines_of(Workspace(Path.cwd()).root / "schedule" / f"{job.name}.jsonl", Entry)[-count:]
        for entry in entries:
            code = "" if entry.exit_code is None else f"exit code {entry.exit_code}"
            told = ", ".join(part for part in (code, entry.reason) if part)
            rows.append(_row(job.name, entry.due.astimezone(zone), f"{entry.state}", told))
        coming = islice(job.due(datetime.now(UTC)), count)
        rows += [_row(job.name, due.astimezone(zone), "next", "") for due in coming]
    terminal.console().print(terminal.table(rows))
    return 0


@command.command("export")
@click.argument("name", metavar="NAME|RECIPE", shell_complete=offered(recipes, else_type="file"))
@click.option("--systemd", "scheduler", flag_value="systemd", help="A service and a timer.")
@click.option("--cron", "scheduler", flag_value="cron", help="A crontab.")
@click.option("--k8s", "scheduler", flag_value="k8s", help="A Kubernetes CronJob.")
@click.option("--airflow", "scheduler", flag_value="airflow", help="A DAG for Airflow 3.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Write the files there.")
def export(name: str, scheduler: str | None, folder: Path | None) -> int:
    """Print files for another scheduler.

    By these it runs a job of this folder.
    """
    from datakit.core.errors import Problem, UsageError
    from datakit.core.files import write_atomically
    from datakit.pipeline.jobs.exporters import EXPORTERS, Export, files_for

    if scheduler is None:
        fix = " or ".join(f"--{one}" for one in EXPORTERS)
        raise UsageError(Problem(where="datakit schedule export", got="no scheduler", fix=fix))
    job = _scheduled(name)
    files = files_for(scheduler, Export(job=job, project=Path.cwd(), python=sys.executable))
    for file, content in files.items():
        if folder is None:
            click.echo(content if len(files) == 1 else f"# {file}\n{content}")
        else:
            write_atomically(folder / file, content.encode())
            click.echo(str(folder / file))
    return 0


def _scheduled(name: str) -> Any:
    """Return a job with its schedule.

    Raises:
        UsageError: it has none, or no such recipe.
    """
    from datakit.cli._job import job_of, recipe_of
    from datakit.core.errors import Problem, UsageError
    from datakit.pipeline.jobs.schedule import Scheduled

    job, path = job_of(name), recipe_of(name)
    if job.recipe.job.schedule is None:
        fix = "add job: {schedule: '0 3 * * *'} to the recipe"
        raise UsageError(Problem(where=str(path), got="no schedule", fix=fix))
    return Scheduled(name=job.name, recipe=Path(relative(path.absolute())), options=job.recipe.job)


def _all_names() -> list[str]:
    """Return the recipes of this folder that have a schedule.

    Raises:
        UsageError: there is none.
    """
    from datakit.core.errors import Problem, UsageError
    from datakit.pipeline.recipe import load

    paths = sorted(Path("pipelines").glob("*.yaml"))
    names = [str(path) for path in paths if load(path).job.schedule is not None]
    if not names:
        fix = "name a recipe with job: {schedule: '0 3 * * *'}"
        raise UsageError(Problem(where="./pipelines", got="no recipe with a schedule", fix=fix))
    return names


def _row(job: str, due: Any, state: str, told: str) -> dict[str, str]:
    return {"job": job, "due": f"{due:%Y-%m-%d %H:%M:%S %Z}", "what": state, "told": told}


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _tell(entry: Any, jobs: dict[str, Any]) -> None:
    """Print a line of the log, and tell who is to be told what no job can tell itself."""
    from datakit.pipeline.jobs.notifications import notify
    from datakit.pipeline.jobs.schedule import TIMED_OUT

    code = "" if entry.exit_code is None else f" {entry.exit_code}"
    said = f"{entry.job}: {entry.due:%Y-%m-%d %H:%M:%S} UTC {entry.state}{code} {entry.reason}".rstrip()
    click.echo(said, err=True)
    killed = entry.exit_code is not None and (entry.exit_code < 0 or entry.exit_code == TIMED_OUT)
    if entry.state == "missed" or killed:
        options = jobs[entry.job].options
        told = {
            "text": f"datakit schedule {said}",
            "job": entry.job,
            "outcome": entry.state,
            "reason": entry.reason,
        }
        for problem in notify(told, webhook_env=options.webhook_env, command=options.notify):
            click.echo(f"not told: {problem}", err=True)

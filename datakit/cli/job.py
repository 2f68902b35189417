"""`datakit job`."""

from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import offered, recipes
from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import as_asked, as_json, relative, show, watching


@click.group("job")
def command() -> None:
    """Run a recipe as a job: what is new goes through the pipeline, a model that is as good is promoted."""


@command.command("run")
@click.argument("name", metavar="NAME|RECIPE", shell_complete=offered(recipes, else_type="file"))
@click.option("--force", is_flag=True, help="Promote the model whatever the promotion gate says; it is logged.")
@pipeline_options
def run(name: str, force: bool, **options: Any) -> int:
    """Run the job NAME, pipelines/NAME.yaml, or a RECIPE once.

    Where nothing is new, nothing is done. Else the pipeline runs to its end: no row changes its split, the
    champion is asked about new labels, and the new model takes its place if it is as good on the same test rows.

    Exit codes: 0 promoted, or nothing new; 3 a gate on the data failed; 4 not promoted, the champion stays;
    5 another run is under way; 75 try again later.
    """
    import json

    import msgspec

    from datakit.cli._job import job_of
    from datakit.cli._report import write_report
    from datakit.pipeline.jobs.job import Job, run_job

    shared = {option: options[option] for option in SHARED}
    named = job_of(name)
    job = Job(name=named.name, recipe=as_asked(named.recipe, shared), workspace=named.workspace)
    with watching(shared) as listener:
        record, outcome = run_job(job, force=force, listener=listener, say=_say)
    report = None
    if outcome is not None and "evaluate" in outcome.reports:
        report = write_report(job.workspace, outcome.manifest)
    if shared["as_json"]:
        told = msgspec.to_builtins(record)
        told["pipeline"] = as_json(outcome, report) if outcome is not None else None
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        if outcome is not None:
            show(outcome, "diagnose", None)
        _show(record, report)
    return int(record.exit_code)


def _say(problem: str) -> None:
    click.echo(click.style("not told: ", fg="yellow") + problem, err=True)


def _show(record: Any, report: Path | None) -> None:
    from rich.text import Text

    from datakit.reports import terminal

    console = terminal.console()
    style = "bold green" if record.exit_code == 0 else "bold red"
    console.print(Text.assemble((f"job {record.job}: {record.outcome}", style), f"  {record.reason}"))
    asked = record.contradiction
    if asked is not None and asked.new:
        console.print(
            f"· of {asked.asked:,} new labels the champion contradicts {asked.contradicted:,}; on its own "
            f"{asked.tested:,} test rows it was wrong on {asked.wrong:,}"
        )
    if record.champion:
        console.print(Text.assemble(("champion: ", "dim"), record.champion))
    if record.removed:
        console.print(Text.assemble(("removed: ", "dim"), ", ".join(record.removed)))
    if report is not None:
        console.print(terminal.written("report", relative(report)))

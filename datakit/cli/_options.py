"""Options that several verbs take."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from datakit.cli._completion import codes, models, offered, settings
from datakit.cli._progress import LOGS, VARIABLE

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")

quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but errors.")

settings_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="SECTION.OPTION=VALUE",
    shell_complete=offered(settings),
    help="Any option.",
)

model_option = click.option(
    "--run",
    metavar="RUN",
    shell_complete=offered(models),
    help="The model of this run, or champion, or latest (default: champion, else latest).",
)

#: Names of the options that `pipeline_options` adds.
SHARED = ("accept", "seed", "settings", "workers", "as_json", "quiet", "log")


def pipeline_options(command: F) -> F:
    """Add the options that every verb of the pipeline takes."""
    for option in (
        click.option(
            "--accept",
            multiple=True,
            metavar="CODE",
            shell_complete=offered(codes),
            help="Go on in spite of these error findings.",
        ),
        click.option("--seed", type=int, help="Seed of everything random (default 13)."),
        settings_option,
        click.option("--workers", type=click.IntRange(min=1), help="Worker processes (default: all cores)."),
        json_option,
        quiet_option,
        click.option(
            "--log",
            type=click.Choice(LOGS),
            envvar=VARIABLE,
            help="How progress is told: auto (a bar, or text where there is no terminal), text, json.",
        ),
    ):
        command = option(command)
    return command

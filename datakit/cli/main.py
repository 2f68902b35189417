"""`datakit`: one subcommand a file, loaded when it is called, so that `--help` answers at once."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from itertools import groupby
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from datakit import __version__
from datakit.core.errors import DatakitError
from datakit.core.names import suggest
from datakit.core.refusals import refusals_told

# Help lines stand here too, for `datakit --help` must not load a single command.
COMMANDS = {
    "init": "Lay down recipes and suites in this folder, to be edited.",
    "validate": "Check labels and texts; quarantine what cannot be used.",
    "clean": "Mend what you ask for, into a new file with a log of every change.",
    "split": "Split into train, validation and test, without leakage.",
    "augment": "Raise rare classes with new texts made from their rows.",
    "worker": "Do a share of the augmentation ahead, on one of many machines.",
    "replay": "Make an augmented row again, to the byte.",
    "finetune": "Fine-tune an encoder and evaluate it on the test split.",
    "tune": "Search for better settings of finetune; the test split is not looked at.",
    "evaluate": "Measure the model on the test split, beside plain baselines.",
    "compare": "Say which runs, or ways of teaching, are better, and what is luck.",
    "diagnose": "Say what went wrong in training, and what to change.",
    "lint": "Look at a training script or notebook for what breaks or harms it.",
    "run": "Follow a recipe from source to report.",
    "job": "Run a recipe as a job, and promote its model if it is as good.",
    "schedule": "Run jobs when they are due, or write files for other schedulers.",
    "rollback": "Put the champion before the present one back.",
    "predict": "Label new texts with the fine-tuned model.",
    "export": "Hand the model over: a folder with its model card, and ONNX.",
    "report": "Write the HTML report of a run.",
    "plan": "Show what would run, and why.",
    "status": "Show how this workspace stands.",
    "history": "List the runs of this workspace.",
    "trace": "Tell where a row, a run or a model comes from, and what became of it.",
    "verify": "Hash again all that is kept here, and tell what is damaged.",
    "gc": "Remove old runs, and what no other needs.",
    "schema": "Print the JSON Schema of recipes, for editors.",
    "explain": "Print the manual page of a finding, fix, operator, filter or rule.",
}

INTERRUPTED = 130
BUG = 1


class LazyGroup(click.Group):
    """A group whose commands are imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the verbs in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"datakit.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say what was probably meant where a verb is unknown."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(f"{error.message} {suggest(args[0], COMMANDS).capitalize()}", ctx) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the verbs with their help lines without importing anything."""
        verbs = [CompletionItem(name, help=told) for name, told in COMMANDS.items() if name.startswith(incomplete)]
        return verbs + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the help lines without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="datakit")
def cli() -> None:
    """From a messy labelled text file to a classifier that can be trusted.

    \b
    datakit validate raw.jsonl
    datakit augment --target balanced
    datakit finetune

    A verb brings everything before it up to date; what is unchanged is not run again. The folder ./.datakit
    remembers source and options.

    Exit codes: 0 done, 2 wrong call or unreadable input, 3 a gate failed, 4 model not promoted,
    5 workspace in use, 75 try again later, 124 timed out, 130 interrupted, 1 a bug of ours.
    """  # noqa: D301  (click wants the \b itself: it keeps the lines of a paragraph apart)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. Errors that a user can mend are told without a traceback."""
    try:
        with refusals_told(Path()):
            code = cli.main(args=arguments, prog_name="datakit", standalone_mode=False, color=_colour())
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DatakitError as error:
        _tell(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; finished stages stand, run the same command to go on", err=True)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    return code if isinstance(code, int) else 0


def _colour() -> bool | None:
    """Return False where no colours are wanted, see no-color.org; None where the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None


def _tell(error: DatakitError) -> None:
    """Print the problems; a fix that several in a row share stands once, below them."""
    from datakit.reports.terminal import visible

    tell = partial(click.echo, err=True, color=_colour())
    for fix, problems in groupby(error.problems, key=lambda problem: problem.fix):
        for problem in problems:
            tell(click.style("error: ", fg="red", bold=True) + visible(f"{problem.where}: {problem.told}"))
        tell(click.style("  fix: ", fg="green") + visible(fix))

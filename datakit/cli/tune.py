"""`datakit tune`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import as_asked, command_line, patch_of, watching


@click.command("tune")
@click.option("--trials", type=click.IntRange(min=1), help="How many, with those of former calls (default 20).")
@click.option("--searcher", type=click.Choice(["tpe", "random", "grid"]), help="Default tpe.")
@click.option(
    "--pruner",
    type=click.Choice(["hyperband", "asha", "none"]),
    help="Ends hopeless trials early (default hyperband).",
)
@click.option("--seeds", type=click.IntRange(min=2), help="With how many the best are run again (default 3).")
@click.option("--storage", metavar="URL", help="A database for many machines (default: a journal file here).")
@click.option("--apply", is_flag=True, help="Let the later verbs use the best settings.")
@pipeline_options
def command(apply: bool, **options: Any) -> int:
    """Search for better settings of finetune, by macro-F1 on the validation split.

    The best three and the present settings are run again with several seeds, so that luck is seen as luck. The
    space is the recipe's, tune.space; a search that was broken off goes on.
    """
    from datakit.pipeline.tuning import tune
    from datakit.pipeline.workspace import Workspace

    shared = {name: options.pop(name) for name in SHARED}
    workspace = Workspace(Path.cwd())
    recipe = as_asked(workspace.recipe(), shared, patch_of("tune", options))
    with watching(shared) as listener:
        tuned = tune(workspace, recipe, command=command_line(), listener=listener)
    if apply:
        workspace.remember(workspace.recipe().patched(tuned.patch))
    if shared["as_json"]:
        click.echo(json.dumps(_as_json(tuned), indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        _show(tuned, applied=apply)
    return 0


def _as_json(tuned: Any) -> dict[str, Any]:
    import msgspec

    return {
        "schema_version": 1,
        "patch": tuned.patch,
        "gain": tuned.found.gain,
        **msgspec.to_builtins(tuned.found),
    }


def _show(tuned: Any, *, applied: bool) -> None:
    from datakit.reports import terminal

    found, console = tuned.found, terminal.console()
    states = [trial.state for trial in found.trials]
    console.print(
        terminal.facts(
            {
                "trials": f"{len(states)}; {states.count('pruned')} pruned, {states.count('failed')} refused",
                "what mattered": ", ".join(f"{name} {share:.0%}" for name, share in found.importance.items())
                or "too few trials to tell",
                "kept in": str(tuned.folder),
            }
        )
    )
    console.print(terminal.table([_row(finalist) for finalist in found.finalists]))
    console.print(_verdict(tuned))
    if tuned.patch and not applied:
        options = " ".join(
            f"--set finetune.{name}={_short(value)}" for name, value in tuned.patch["finetune"].items()
        )
        console.print(terminal.next_command(f"datakit finetune {options}"))


def _row(finalist: Any) -> dict[str, str]:
    return {
        "validation macro-F1": f"{finalist.mean:.3f} ± {finalist.deviation:.3f}",
        "settings": ", ".join(f"{name} {_short(value)}" for name, value in finalist.options.items())
        or "as they are",
    }


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _verdict(tuned: Any) -> str:
    """Say whether the search brought anything that the seeds can show."""
    mean, low, high = tuned.found.gain
    rows, seeds = tuned.validation_rows, len(tuned.found.start.macro_f1)
    if not tuned.patch:
        return f"the present settings stand: nothing was better over {seeds} seeds"
    shown = f"{mean:+.3f} macro-F1 over the present settings ({low:+.3f} to {high:+.3f}, {seeds} seeds)"
    if low <= 0:
        return f"the best is {shown}: no difference that {seeds} seeds can show"
    return f"the best is {shown}; chosen by the same {rows:,} validation rows, so expect less of it on others"

"""`datakit finetune`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import components, folders, offered
from datakit.cli._options import SHARED, pipeline_options
from datakit.cli._shared import (
    GATE_FAILED,
    as_asked,
    as_json,
    bring_up_to,
    command_line,
    patch_of,
    relative,
    show,
    watching,
)

TRIES = 2  # each costs a training


@click.command("finetune")
@click.option(
    "--model",
    metavar="NAME",
    shell_complete=folders,
    help="minilm (embedded), a local folder, or a hub id[@revision].",
)
@click.option("--epochs", type=click.IntRange(min=1), help="At most (default by the rows: 4 or more).")
@click.option("--batch-size", type=click.IntRange(min=1), help="Rows, of each process (default 16).")
@click.option(
    "--processes", type=click.IntRange(min=1), help="That train together, each on a GPU of its own (default 1)."
)
@click.option("--learning-rate", metavar="RATE|auto|suggest", help="Peak rate (default auto).")
@click.option("--max-length", type=click.IntRange(min=3), help="Tokens read of each text (default 256).")
@click.option(
    "--long-texts",
    type=click.Choice(["head", "head-tail", "chunks"]),
    help="What is read of longer ones (default head).",
)
@click.option(
    "--class-weights",
    type=click.Choice(["auto", "balanced", "effective", "none"]),
    help="Default auto: balanced where nothing else is done about rare labels.",
)
@click.option(
    "--loss",
    metavar="NAME",
    shell_complete=offered(components("losses")),
    help="cross-entropy (default), focal, logit-adjustment or ldam.",
)
@click.option(
    "--sampling",
    type=click.Choice(["shuffled", "balanced", "oversample", "undersample"]),
    help="Rows that an epoch sees (default shuffled: all).",
)
@click.option(
    "--patience", type=click.IntRange(min=1), help="Epochs without a better macro-F1 (default 2 or more)."
)
@click.option(
    "--lr-range-test", is_flag=True, help="Only show the loss over a rising learning rate; train nothing."
)
@click.option(
    "--repair", is_flag=True, help="Do what the diagnosis advises, train again, and say whether it was right."
)
@click.option("--tries", type=click.IntRange(min=1), help=f"With --repair: trainings at most (default {TRIES}).")
@pipeline_options
def command(lr_range_test: bool, repair: bool, tries: int | None, **options: Any) -> int:
    """Fine-tune an encoder, evaluate it on the test split, diagnose it, and write the report.

    The best epoch by macro-F1 on the validation split is kept. The test split is looked at once, at the end; with
    --repair once for each training, never to choose among them.
    """
    _check(lr_range_test=lr_range_test, repair=repair, tries=tries)
    shared = {name: options.pop(name) for name in SHARED}
    patch = patch_of("finetune", options)
    if repair:
        return _repair(patch, tries or TRIES, shared)
    return _range_test(patch, shared) if lr_range_test else bring_up_to("diagnose", patch, shared)


def _check(*, lr_range_test: bool, repair: bool, tries: int | None) -> None:
    from datakit.core.errors import Problem, UsageError

    problems = []
    if repair and lr_range_test:
        fix = "leave one of them out"
        problems.append(Problem(where="--repair", got="--lr-range-test beside it, which trains nothing", fix=fix))
    if tries is not None and not repair:
        problems.append(Problem(where="--tries", got="no --repair beside it", fix="add --repair"))
    if problems:
        raise UsageError(*problems)


def _repair(patch: dict[str, Any], tries: int, shared: dict[str, Any]) -> int:
    import msgspec

    from datakit.cli._report import write_report
    from datakit.pipeline.repairing import repair
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal
    from datakit.reports.repaired import as_shown

    workspace = Workspace(Path.cwd())
    recipe = as_asked(workspace.recipe(), shared, patch)
    with watching(shared) as listener:
        outcome, repaired = repair(workspace, recipe, tries=tries, command=command_line(), listener=listener)
    report = write_report(workspace, outcome.manifest) if outcome and repaired else None
    if repaired is None:
        if shared["as_json"]:
            click.echo(json.dumps(as_json(outcome, None), indent=2, ensure_ascii=False))
        elif not shared["quiet"]:
            show(outcome, "diagnose", None)
        return GATE_FAILED
    told = msgspec.to_builtins(repaired)
    if shared["as_json"]:
        told |= {
            "folder": str(workspace.folder_of(repaired.kept)),
            "report": str(report) if report else None,
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        console = terminal.console()
        console.print(terminal.repair(as_shown(told)))
        if report:
            console.print(terminal.written("report", relative(report)))
    return GATE_FAILED if repaired.training(repaired.kept).errors or outcome is None else 0


def _range_test(patch: dict[str, Any], shared: dict[str, Any]) -> int:
    from datakit.pipeline.range_testing import range_test
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    workspace = Workspace(Path.cwd())
    recipe = as_asked(workspace.recipe(), shared, patch)
    with watching(shared) as listener:
        tested = range_test(workspace, recipe, command=command_line(), listener=listener)
    if shared["as_json"]:
        told = as_json(tested.outcome, None) | {
            "lr_range": [asdict(point) for point in tested.result.points] if tested.result else [],
            "files": [str(path) for path in tested.files],
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif not shared["quiet"] and tested.result:
        result, console = tested.result, terminal.console()
        rates, losses = zip(*((point.rate, point.smoothed) for point in result.points), strict=True)
        console.print(terminal.rates(rates, losses, healthy=result.healthy, lowest=result.lowest))
        for path in tested.files:
            console.print(terminal.written("curve", relative(path)))
    elif not shared["quiet"]:
        show(tested.outcome, "augment", None)
    return GATE_FAILED if tested.outcome.gate else 0

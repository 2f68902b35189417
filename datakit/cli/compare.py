"""`datakit compare`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import offered, runs
from datakit.cli._options import json_option, quiet_option, settings_option
from datakit.cli._shared import GATE_FAILED, parse_settings
from datakit.core.wording import counted

SEEDS = 5  # fewer cannot tell luck of the seeds from skill: see docs/comparing.md


@click.command("compare")
@click.argument("runs", nargs=-1, metavar="[RUN]...", shell_complete=offered(runs, else_type="file"))
@click.option("--arms", metavar="A,B,…", help="Teach in these ways and compare them; the first is the baseline.")
@click.option("--seeds", type=click.IntRange(min=1), help=f"Models an arm (default {SEEDS}).")
@click.option("--common", is_flag=True, help="Compare on the rows that all test splits have.")
@settings_option
@json_option
@quiet_option
def command(
    runs: tuple[str, ...],
    *,
    arms: str | None,
    seeds: int | None,
    common: bool,
    settings: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> int:
    """Say which models are better, by how much, and what is only luck.

    \b
    datakit compare RUN RUN                          two runs of this folder, on the same test rows
    datakit compare a=RUN,RUN,RUN b=RUN,RUN,RUN      several seeds an arm
    datakit compare --arms plain,duplicate,weights,threshold,synonym

    RUN is an id of `datakit history` or its beginning, `latest`, a run's folder, or a predictions.jsonl.

    An arm is plain, or of duplicate (copies), weights (balanced class weights), threshold (tuned on validation),
    backtranslate, any operator of augment, or some of them: weights+synonym. All learn from the same splits with
    the same seeds. What is done is kept: the same command goes on where it was broken off.
    """  # noqa: D301  (click wants the \b itself: it keeps the lines of a paragraph apart)
    _check(runs, arms, seeds, settings, common=common)
    if arms is None:
        from datakit.pipeline.comparing import compare_runs
        from datakit.pipeline.workspace import Workspace

        comparison, written = compare_runs(Workspace(Path.cwd()), runs, common=common), None
    else:
        comparison, written = _run(arms, seeds or SEEDS, settings, silent=as_json or quiet)
        if comparison is None:
            return GATE_FAILED
    if as_json:
        import msgspec

        told = {**msgspec.to_builtins(comparison), "written": str(written) if written else None}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    elif not quiet:
        _show(comparison, written)
    return 0


def _check(
    runs: tuple[str, ...], arms: str | None, seeds: int | None, settings: tuple[str, ...], *, common: bool
) -> None:
    from datakit.core.errors import Problem, UsageError

    problems = []
    if arms is not None and (runs or common):
        fix = "name runs, or arms that are to be run; --common is for runs"
        problems.append(Problem(where="--arms", got="runs or --common beside it", fix=fix))
    if arms is None and (seeds is not None or settings):
        fix = "add --arms plain,synonym; runs have their seeds and options already"
        problems.append(Problem(where="compare", got="--seeds or --set without --arms", fix=fix))
    if problems:
        raise UsageError(*problems)


def _run(names: str, seeds: int, settings: tuple[str, ...], *, silent: bool) -> tuple[Any, Path | None]:
    """Teach and compare. Returns the comparison, None where a gate stopped it, and where it was written."""
    from datakit.cli._progress import progress
    from datakit.pipeline.arms import arms_of
    from datakit.pipeline.comparing import FILE, compare_arms
    from datakit.pipeline.workspace import Workspace
    from datakit.reports import terminal

    workspace = Workspace(Path.cwd())
    recipe = workspace.recipe().patched(parse_settings(settings))
    arms = arms_of(names.split(","))
    with progress(silent=silent) as listener:
        command_line = f"compare --arms {names} --seeds {seeds}"
        outcome, comparison = compare_arms(workspace, recipe, arms, seeds, command=command_line, listener=listener)
    if outcome.gate:
        stage, codes = list(outcome.reports)[-1], sorted({finding.code for finding in outcome.gate})
        terminal.console().print(terminal.stopped(stage, codes))
    return comparison, outcome.folder / FILE


def _show(comparison: Any, written: Path | None) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from datakit.reports import terminal

    console = terminal.console()
    models = counted(comparison.seeds, "model")
    rows = f"{comparison.rows:,} test rows, {models} an arm, against {comparison.baseline}"
    console.print(Text.assemble(("compare", "bold"), f"  {rows}"))
    for table in comparison.tables:
        figure = f"{table.figure}, points, on {table.rows:,} rows"
        console.print(Padding(Text(figure, style="dim"), (0, 0, 0, 2)))
        console.print(Padding(terminal.table(list(_lines(table, comparison))), (0, 0, 0, 2)))
    for text in comparison.verdict:
        console.print(Text(f"· {text}"))
    if written is not None:
        console.print(terminal.written("written", str(written.relative_to(Path.cwd()))))


def _lines(table: Any, comparison: Any) -> Iterator[dict[str, Any]]:
    """Yield a line an arm, the baseline first."""
    first = table.differences[0]
    yield _line(comparison, first.baseline, first.baseline_mean, ["", "", "", ""])
    for one in table.differences:
        interval = f"{100 * one.low:+.1f} to {100 * one.high:+.1f}"
        told = [
            f"{100 * one.difference:+.1f}",
            interval,
            f"{one.p_holm:.3f}",
            one.outcome.replace("no difference", "not shown"),
        ]
        yield _line(comparison, one.arm, one.arm_mean, told)


def _line(comparison: Any, arm: str, mean: float, told: list[str]) -> dict[str, Any]:
    learnt = {"learnt_from": f"{comparison.learnt_from[arm]:,}"} if comparison.learnt_from else {}
    titles = ("change", "95%_interval", "p_(Holm)", "outcome")
    mcnemar = {"p_(McNemar)": f"{comparison.mcnemar[arm]:.3f}" if told[0] else ""} if comparison.mcnemar else {}
    return {"arm": arm, **learnt, "mean": f"{100 * mean:.1f}", **dict(zip(titles, told, strict=True)), **mcnemar}

"""What the verbs share: options, running the pipeline, showing what came of it."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

GATE_FAILED = 3

#: Names of the options that `pipeline_options` adds.
SHARED = ("accept", "seed", "settings", "workers", "as_json", "quiet")


def pipeline_options(command: F) -> F:
    """Add the options that every verb of the pipeline takes."""
    for option in (
        click.option("--accept", multiple=True, metavar="CODE", help="Go on in spite of these error findings."),
        click.option("--seed", type=int, help="Seed of everything random (default 13)."),
        click.option("--set", "settings", multiple=True, metavar="SECTION.OPTION=VALUE", help="Any option."),
        click.option("--workers", type=click.IntRange(min=1), help="Worker processes (default: all cores)."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead."),
        click.option("--quiet", is_flag=True, help="Print nothing but errors."),
    ):
        command = option(command)
    return command


def patch_of(section: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, as a patch of one section of the recipe."""
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    return {section: given} if given else {}


def parse_settings(settings: tuple[str, ...]) -> dict[str, Any]:
    """Turn `augment.target=balanced` into a patch; values are read as YAML.

    Raises:
        UsageError: a setting without `=`, or that names no section.
    """
    import yaml

    from datakit.core.errors import Problem, UsageError

    patch: dict[str, Any] = {}
    problems = []
    for setting in settings:
        name, equals, value = setting.partition("=")
        section, _, option = name.partition(".")
        try:
            parsed = yaml.safe_load(value)
        except yaml.YAMLError:
            parsed = value
        if not equals or not section:
            problems.append(Problem(where="--set", got=repr(setting), fix="write --set augment.target=balanced"))
        elif option:
            patch.setdefault(section, {})[option] = parsed
        else:
            patch[section] = parsed
    if problems:
        raise UsageError(*problems)
    return patch


def bring_up_to(target: str, patch: Mapping[str, Any], shared: Mapping[str, Any]) -> int:
    """Go on from what this folder remembers, with `patch` put over it. Returns the exit code."""
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    return follow(workspace.recipe().patched(patch), target, shared)


def as_asked(recipe: Any, shared: Mapping[str, Any]) -> Any:
    """Return the recipe with the options that every verb takes put over it."""
    patch = parse_settings(shared["settings"])
    if shared["accept"]:
        patch["accept"] = sorted({*recipe.accept, *shared["accept"]})
    patch |= {name: shared[name] for name in ("seed", "workers") if shared[name] is not None}
    return recipe.patched(patch)


def follow(recipe: Any, target: str, shared: Mapping[str, Any]) -> int:
    """Run the pipeline as far as `target`, show it, and return the exit code."""
    from datakit.cli._progress import progress
    from datakit.pipeline.runner import bring_up_to as run_pipeline
    from datakit.pipeline.workspace import Workspace

    recipe = as_asked(recipe, shared)
    workspace = Workspace(Path.cwd())
    silent = shared["quiet"] or shared["as_json"]
    with progress(silent=silent) as listener:
        outcome = run_pipeline(workspace, recipe, target, command=command_line(), listener=listener)
    report = None
    if outcome.ran and "evaluate" in outcome.reports:
        from datakit.cli._report import write_report

        report = write_report(workspace, outcome.manifest)
    if shared["as_json"]:
        click.echo(json.dumps(as_json(outcome, report), indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        show(outcome, target, report)
    return GATE_FAILED if outcome.gate else 0


def show(outcome: Any, target: str, report: Path | None) -> None:
    """Print what a person wants to know after a verb."""
    from datakit.reports import terminal

    console = terminal.console()
    stages = list(outcome.reports)
    for stage in stages:
        if stage in outcome.ran or stage == stages[-1] or (stage, target) == ("evaluate", "diagnose"):
            console.print(terminal.stage(outcome.reports[stage], ran=stage in outcome.ran))
        else:
            console.print(terminal.unchanged(stage))
    if target == "validate" and any(outcome.reports["validate"].figures["quarantined"].values()):
        console.print(terminal.written("quarantine", relative(outcome.folder / "quarantine.jsonl")))
    if not outcome.ran:
        console.print(terminal.nothing_to_do(outcome.manifest.run))
    if report is not None:
        console.print(terminal.written("report", relative(report)))
    if outcome.gate:
        console.print(terminal.stopped(stages[-1], sorted({finding.code for finding in outcome.gate})))
    else:
        console.print(terminal.next_command(_next(outcome.reports)))


def _next(reports: Mapping[str, Any]) -> str:
    """Return the command that most people want to type now."""
    if "evaluate" in reports:
        return "datakit report --open"
    imbalanced = any(finding.code == "class-imbalance" for finding in reports["validate"].findings)
    return "datakit augment --target balanced" if imbalanced and "augment" not in reports else "datakit finetune"


def relative(path: Path) -> str:
    """Return a path as seen from the current folder, if it is below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def as_json(outcome: Any, report: Path | None) -> dict[str, Any]:
    """Return what `--json` prints of a run."""
    import msgspec

    manifest = outcome.manifest
    return {
        "schema_version": 1,
        "run": manifest.run,
        "folder": str(outcome.folder),
        "outcome": f"gate failed: {list(outcome.reports)[-1]}" if outcome.gate else "done",
        "ran": list(outcome.ran),
        "stages": {name: msgspec.to_builtins(report) for name, report in outcome.reports.items()},
        "report": str(report) if report else None,
    }


def command_line() -> str:
    """Return what was typed after the program's name."""
    return " ".join(sys.argv[1:])

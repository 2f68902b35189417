"""What the verbs share: running the pipeline, showing what came of it."""

import json
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import click

from datakit.cli._progress import progress
from datakit.pipeline.events import Listener

F = TypeVar("F", bound=Callable[..., Any])

GATE_FAILED = 3


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
        if not equals or not section or (option and not isinstance(patch.get(section, {}), dict)):
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

    return follow(Workspace(Path.cwd()).recipe(), target, shared, patch)


def as_asked(recipe: Any, shared: Mapping[str, Any], patch: Mapping[str, Any] | None = None) -> Any:
    """Return the recipe with a verb's own options put over it, and over them those that every verb takes.

    They are put together first: an option may be right only beside another one.
    """
    from datakit.pipeline.recipe import merged

    common = {name: shared[name] for name in ("seed", "workers") if shared[name] is not None}
    if shared["accept"]:
        common["accept"] = sorted({*recipe.accept, *shared["accept"]})
    return recipe.patched(merged(merged(patch or {}, parse_settings(shared["settings"])), common))


def follow(recipe: Any, target: str, shared: Mapping[str, Any], patch: Mapping[str, Any] | None = None) -> int:
    """Run the pipeline as far as `target`, with `patch` put over the recipe; show it, and return the exit code."""
    from datakit.pipeline.runner import bring_up_to as run_pipeline
    from datakit.pipeline.workspace import Workspace

    recipe = as_asked(recipe, shared, patch)
    workspace = Workspace(Path.cwd())
    with watching(shared) as listener:
        outcome = run_pipeline(workspace, recipe, target, command=command_line(), listener=listener)
    report = None
    told = (outcome.folder / "report.html").exists()  # not by a run that was killed at its very end
    if (outcome.ran or not told) and "evaluate" in outcome.reports:
        from datakit.cli._report import write_report

        report = write_report(workspace, outcome.manifest)
    if shared["as_json"]:
        click.echo(json.dumps(as_json(outcome, report), indent=2, ensure_ascii=False))
    elif not shared["quiet"]:
        show(outcome, target, report)
    return GATE_FAILED if outcome.gate else 0


def watching(shared: Mapping[str, Any]) -> AbstractContextManager[Listener]:
    """Show what happens, as asked; with --json only where a log is asked for too."""
    return progress(silent=shared["quiet"] or (shared["as_json"] and not shared["log"]), log=shared["log"])


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
    codes = {finding.code for finding in reports["validate"].findings}
    if "misspelt-label" in codes and len(reports) == 1:  # no class is rarer than one by mistake
        return "datakit clean --fix misspelt-label"
    imbalanced = "class-imbalance" in codes and "augment" not in reports
    return "datakit augment --target balanced" if imbalanced else "datakit finetune"


def relative(path: Path) -> str:
    """Return a path as seen from the current folder, if it is below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def shortened(told: str) -> str:
    """Return a text; of a digest, also one behind a colon, the first digits."""
    head, colon, digest = told.rpartition(":")
    return f"{head}{colon}{digest[:12]}" if _DIGEST.fullmatch(digest) else told


_DIGEST = re.compile("[0-9a-f]{32,64}")


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

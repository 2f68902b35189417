"""`datakit lint`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._options import json_option, quiet_option
from datakit.cli._shared import GATE_FAILED
from datakit.core.wording import counted

_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


@click.command("lint")
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@json_option
@quiet_option
def command(paths: tuple[Path, ...], *, as_json: bool, quiet: bool) -> int:
    """Look at training scripts (.py) and notebooks (.ipynb) for what breaks on transformers 5 or harms training.

    They are read, never run. FILE may be a folder. A comment `# datakit: ignore[CODE]` on the line leaves a
    finding out; `datakit explain CODE` prints what it means.

    Exit code 3 if an error is found, 0 if only warnings and remarks are.
    """
    from datakit.pipeline.linting import lint_files

    linted = lint_files(paths)
    failed = any(flaw.severity == "error" for file in linted for flaw in file.flaws)
    if as_json:
        import msgspec

        flaws = [{"path": str(file.path), **msgspec.to_builtins(flaw)} for file in linted for flaw in file.flaws]
        told = {"schema_version": 1, "files": len(linted), "flaws": flaws}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        _show(linted, quiet=quiet)
    return GATE_FAILED if failed else 0


def _show(linted: Any, *, quiet: bool) -> None:
    """Print one finding a line, as compilers do, with its fix below."""
    counts = dict.fromkeys(_COLOURS, 0)
    for file in linted:
        for flaw in file.flaws:
            counts[flaw.severity] += 1
            if quiet and flaw.severity != "error":
                continue
            severity = click.style(flaw.severity, fg=_COLOURS[flaw.severity], bold=True)
            click.echo(f"{file.where(flaw)}: {severity} {flaw.code}: {flaw.message}")
            click.echo(f"{click.style('  fix:', dim=True)} {flaw.fix}")
    if not quiet:
        nouns = {"error": "error", "warning": "warning", "info": "remark"}
        told = ", ".join(counted(n, nouns[severity]) for severity, n in counts.items() if n)
        click.echo(f"{counted(len(linted), 'file')}: {told or 'nothing found'}")

"""`datakit verify`."""

import json
from pathlib import Path
from typing import Any

import click

from datakit.cli._options import json_option
from datakit.cli._shared import relative

DAMAGED = 3
_SHOWN = 3  # owners of a fault

_SAID = {
    "damaged": "its content is another one",
    "missing": "it is gone",
    "changed": "it is not what the stage has given",
    "unreadable": "it cannot be read",
}


@click.command("verify")
@click.option("--mend", is_flag=True, help="Remove what is damaged: the next call makes it again.")
@json_option
def command(mend: bool, as_json: bool) -> int:
    """Hash again all that is kept in .datakit, and tell what is damaged, changed or missing, and whose it is.

    Exit code 3 if anything is; also after --mend, which says what it has removed. Strays are no damage: datakit gc
    removes them.
    """
    from datakit.pipeline.lock import locked
    from datakit.pipeline.verifying import mend as mended
    from datakit.pipeline.verifying import verify
    from datakit.pipeline.workspace import Workspace

    workspace = Workspace(Path.cwd())
    with locked(workspace.lock, "verify"):
        workspace.tidy()
        found = verify(workspace)
        done = mended(workspace, found) if mend else None
    if as_json:
        click.echo(json.dumps(_as_json(found, done), indent=2, ensure_ascii=False))
    else:
        _show(found, done)
    return DAMAGED if found.wrong else 0


def _as_json(found: Any, mended: Any) -> dict[str, Any]:
    import msgspec

    told = msgspec.to_builtins(found, enc_hook=str)
    done = msgspec.to_builtins(mended, enc_hook=str)
    return {"schema_version": 1, "whole": not found.wrong, **told, "mended": done}


def _show(found: Any, mended: Any) -> None:
    for fault in found.wrong:
        click.echo(
            click.style(f"{fault.kind}: ", fg="red", bold=True) + f"{relative(fault.path)}: {_SAID[fault.kind]}"
        )
        for owner in fault.owners[:_SHOWN]:
            click.echo(f"  of {owner}")
        if len(fault.owners) > _SHOWN:
            click.echo(f"  and of {len(fault.owners) - _SHOWN:,} more")
    told = f"faults: {len(found.wrong):,}" if found.wrong else "all as they were"
    click.echo(f"{found.objects:,} objects, {found.bytes:,} bytes, {found.files:,} files of runs; {told}")
    if strays := len(found.faults) - len(found.wrong):
        click.echo(f"objects and records that nothing needs: {strays:,}; datakit gc removes them")
    if mended is not None:
        for path in mended.removed:
            click.echo(f"removed  {relative(path)}")
        for path in mended.put_back:
            click.echo(f"put back {relative(path)}")
    if found.wrong:
        click.echo(click.style("  fix: ", fg="green") + _fix(mended))


def _fix(mended: Any) -> str:
    if mended is None:
        return "datakit verify --mend removes what is damaged, and puts back what is still there"
    if set(mended.removed) <= set(mended.put_back):
        return "none is needed any more"
    return "run the last command again, which makes it anew; then datakit verify --mend, for the older runs"

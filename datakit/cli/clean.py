"""`datakit clean`."""

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from datakit.cli._completion import components, offered
from datakit.cli._options import json_option, quiet_option
from datakit.cli._shared import parse_settings
from datakit.core.wording import counted


@click.command("clean")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option(
    "--fix",
    "fixes",
    multiple=True,
    metavar="CODE",
    shell_complete=offered(components("fixes")),
    help="Mend this; any number of times.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Default: raw.clean.jsonl for raw.jsonl.")
@click.option("--log", type=click.Path(path_type=Path), help="Default: raw.clean.changes.jsonl.")
@click.option("--force", is_flag=True, help="Replace the output and the log if they exist.")
@click.option("--set", "settings", multiple=True, metavar="CODE.OPTION=VALUE", help="Any option of a fix.")
@click.option("--text-column", metavar="NAME", help="Guessed when obvious.")
@click.option("--label-column", metavar="NAME", help="Guessed when obvious.")
@click.option("--id-column", metavar="NAME", help="Guessed when obvious; else rows are known by content.")
@click.option("--columns", metavar="A,B,…", help="Names for a CSV or TSV file without a header.")
@click.option("--encoding", help="Read strictly. Default auto: UTF-8; CSV and TSV else as their bytes say.")
@json_option
@quiet_option
def command(
    path: Path | None,
    *,
    fixes: Sequence[str],
    output: Path | None,
    log: Path | None,
    force: bool,
    settings: tuple[str, ...],
    columns: str | None,
    encoding: str | None,
    as_json: bool,
    quiet: bool,
    **names: Any,
) -> int:
    """Write PATH anew with what was asked for mended, and a log of every change.

    CODE is that of a finding of `datakit validate`: `--fix mojibake`. Without --fix nothing is written; what each
    fix would do is listed. Rows that no fix is about are copied as they are, to the byte, and so are records that
    cannot be read, unless --fix unreadable is given. PATH itself is never changed. Without PATH it is the file
    that was validated here.
    """
    from datakit.pipeline.cleaning import clean_file, preview

    given = {**names, "columns": tuple(columns.split(",")) if columns else None, "encoding": encoding}
    path, how = _source(path, {name: value for name, value in given.items() if value is not None})
    options = _options(settings)
    if fixes:
        cleaned = clean_file(path, how, fixes, options, target=output, log=log, force=force)
        told, show = _cleaned(path, cleaned), _show_cleaned
    else:
        told, show = _preview(path, preview(path, how, options)), _show_preview
    if as_json:
        click.echo(json.dumps({"schema_version": 1, **told}, indent=2, ensure_ascii=False))
    elif not quiet:
        show(told)
    return 0


def _source(path: Path | None, given: Mapping[str, Any]) -> tuple[Path, Any]:
    """Return the file and how it is read: as given, and without a path as it was last validated here."""
    from datakit.io import Source

    if path is not None:
        return path, Source(**given)
    from datakit.pipeline.workspace import Workspace

    source = Workspace(Path.cwd()).recipe().source
    known = source.model_dump(exclude={"path", "validation", "test"})
    return Path(source.path), Source(**{**known, **given})


def _options(settings: tuple[str, ...]) -> dict[str, Any]:
    from datakit.core.errors import Problem, UsageError

    options = parse_settings(settings)
    if bare := [name for name, value in options.items() if not isinstance(value, dict)]:
        fix = "write --set conflicting-labels.by=majority"
        raise UsageError(
            *(Problem(where="--set", got=f"{name!r} names no option of a fix", fix=fix) for name in bare)
        )
    return options


def _preview(path: Path, seen: Any) -> dict[str, Any]:
    """Return what each fix would do, JSON-able."""
    import msgspec

    return {
        "source": str(path),
        "rows": seen.account.rows_seen,
        "columns": seen.account.columns.names,
        "notes": list(seen.account.notes),
        "fixes": {
            name: {"changes": seen.changes[name], "example": msgspec.to_builtins(log[0]) if log else None}
            for name, log in seen.logs.items()
        },
    }


def _cleaned(path: Path, cleaned: Any) -> dict[str, Any]:
    """Return what was done, JSON-able."""
    import msgspec

    return {
        "source": str(path),
        "rows": {"before": cleaned.account.rows_seen, "after": cleaned.rows},
        "columns": cleaned.account.columns.names,
        "notes": list(cleaned.account.notes),
        "changes": cleaned.changes,
        "left": msgspec.to_builtins(cleaned.left),
        "output": str(cleaned.target),
        "written_as": "parquet" if cleaned.account.format == "parquet" else "utf-8",
        "log": str(cleaned.log_file),
    }


def _show_preview(told: Mapping[str, Any]) -> None:
    from datakit.reports import terminal

    console = terminal.console()
    _show_source(console, told, f"{told['rows']:,} rows")
    useful = {name: fix for name, fix in told["fixes"].items() if fix["example"]}
    if not useful:
        console.print("no fix has anything to do")
        return
    console.print("nothing is changed without --fix; by itself each fix would do this:")
    for name, fix in useful.items():
        _show_fix(console, name, fix["changes"])
        console.print(terminal.note(_excerpt(fix["example"]), indent=4))
    if idle := [name for name in told["fixes"] if name not in useful]:
        console.print(terminal.note(f"nothing to do for {', '.join(idle)}"))
    wanted = " ".join(f"--fix {name}" for name in list(useful)[:2])
    console.print(terminal.next_command(f"datakit clean {shlex.quote(told['source'])} {wanted}"))


def _show_cleaned(told: Mapping[str, Any]) -> None:
    from rich.text import Text

    from datakit.reports import terminal

    console, rows = terminal.console(), told["rows"]
    kept = f"{rows['before']:,} rows, {rows['after']:,} of them in {told['output']}, as {told['written_as']}"
    _show_source(console, told, kept)
    if not told["changes"]:
        console.print("  nothing to mend: all rows are as they were")
    for name, changes in told["changes"].items():
        _show_fix(console, name, changes)
    for finding in told["left"]:
        console.print(Text.assemble(("  left: ", "yellow"), f"{finding['code']}: {finding['message']}"))
    console.print(terminal.written("log", told["log"]))
    console.print(terminal.next_command(f"datakit validate {shlex.quote(told['output'])}"))


def _show_source(console: Any, told: Mapping[str, Any], rows: str) -> None:
    from rich.text import Text

    from datakit.reports import terminal

    columns = " ".join(f"{role}={name}" for role, name in told["columns"].items())
    console.print(Text.assemble((told["source"], "bold"), f": {rows} · {_printable(columns)}"))
    for note in told["notes"]:
        console.print(terminal.note(_printable(note), indent=2))


def _show_fix(console: Any, name: str, changes: Mapping[str, int]) -> None:
    words = {"text": ("text", "changed"), "label": ("label", "changed"), "drop": ("row", "dropped")}
    counts = (f"{counted(n, words[action][0])} {words[action][1]}" for action, n in changes.items())
    console.print(f"  {name:<21} {', '.join(counts)}")


WIDTH = 34  #: characters of a text that an example shows
BEFORE = 10  #: of these before the first change


def _excerpt(entry: Mapping[str, Any]) -> str:
    """Return one change on a line: what was there, what comes of it, and why."""
    before, after = entry["before"], entry["after"]
    start = max(0, _first_difference(before, after) - BEFORE) if entry["action"] == "text" else 0
    shown = [_printable(_cut(str(value), start)) for value in (before, after) if value is not None]
    return f"line {entry['line']}: {' → '.join(shown)} ({_printable(entry['because'])})"


def _first_difference(one: str, other: str) -> int:
    same = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(same, min(len(one), len(other)))


def _cut(text: str, start: int) -> str:
    return f"{'…' if start else ''}{text[start : start + WIDTH]}{'…' if len(text) > start + WIDTH else ''}"


def _printable(text: str) -> str:
    """Return text that cannot move the cursor, with what nobody sees spelt out."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)

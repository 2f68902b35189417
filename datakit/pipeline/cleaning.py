"""Cleaning of files: read, mend what was asked for, write anew, and keep a log of every change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.files import to_json_lines, write_atomically
from datakit.core.findings import Finding
from datakit.core.strings import integer_array
from datakit.io import Account, Reading, Source, read
from datakit.io.rewrite import Edit, Job, check_kind, rewrite
from datakit.validation.clean import Entry, chosen, clean, fixes, left, tally
from datakit.validation.fixes._base import Action

Options = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What each fix would do to a file by itself."""

    account: Account
    logs: Mapping[str, tuple[Entry, ...]]  #: by fix; empty where it would do nothing

    @property
    def changes(self) -> dict[str, dict[str, int]]:
        """Rows that each fix would change or drop, by fix and action."""
        return {name: tally(log).get(name, {}) for name, log in self.logs.items()}


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """A file that was cleaned."""

    account: Account
    log: tuple[Entry, ...]
    target: Path
    log_file: Path
    left: tuple[Finding, ...]  #: what the checks of the fixes' names still find

    @property
    def changes(self) -> dict[str, dict[str, int]]:
        """Rows that each fix has changed or dropped, by fix and action."""
        return tally(self.log)

    @property
    def rows(self) -> int:
        """Rows of the clean file, those that cannot be read included."""
        return self.account.rows_seen - sum(entry.action is Action.DROP for entry in self.log)


def preview(path: Path, how: Source, options: Options) -> Preview:
    """Return what each fix would do, writing nothing.

    Raises:
        InputError: the file cannot be read, or is of a kind that cannot be cleaned.
        UsageError: unknown fix or option.
    """
    reading = _read(path, how)
    every = chosen([*fixes.names(), *options], options)
    logs = {name: clean(reading.corpus, {name: fix}, reading.rejects).log for name, fix in every.items()}
    return Preview(account=reading, logs=logs)


def clean_file(
    path: Path,
    how: Source,
    names: Sequence[str],
    options: Options,
    *,
    target: Path | None = None,
    log: Path | None = None,
    force: bool = False,
) -> Cleaned:
    """Apply fixes to a file and write what comes of it, and a log, to other files.

    Args:
        path: the source, which is never written to.
        how: how to read it.
        names: the fixes.
        options: their options by name.
        target: of the same kind as the source; by default `raw.clean.jsonl` beside `raw.jsonl`.
        log: by default `raw.clean.changes.jsonl` beside `raw.clean.jsonl`.
        force: replace what stands at `target` and `log`.

    Raises:
        InputError: the file cannot be read, or is of a kind that cannot be cleaned.
        UsageError: unknown fix or option, or a target that may not be written.
    """
    wanted = chosen(names, options)
    stem, ending = _stem_and_ending(path)
    target = path.with_name(f"{stem}.clean{ending}") if target is None else target
    log = target.with_name(f"{_stem_and_ending(target)[0]}.changes.jsonl") if log is None else log
    _check_targets(path, target, log, force=force)
    reading = _read(path, how)
    cleaning = clean(reading.corpus, wanted, reading.rejects)
    try:
        # The log comes first: a clean file without one would not say what was done to it.
        write_atomically(log, to_json_lines(cleaning.log))
        rewrite(Job(path=path, how=how, account=reading, edits=_edits(cleaning.log)), target)
    except OSError as error:
        got = f"cannot be written: {error.strerror or error}"
        raise UsageError(Problem(where=f"{target}, {log}", got=got, fix="name another place for both")) from error
    still = left(cleaning.rows, wanted)
    return Cleaned(account=reading, log=cleaning.log, target=target, log_file=log, left=still)


def _read(path: Path, how: Source) -> Reading:
    """Read a file; rows of a file without lines get their numbers instead."""
    reading = read(path, how)
    check_kind(path, reading)
    table = reading.corpus.table
    if table["line"].null_count == 0:
        return reading
    rejected = [reject.line for reject in reading.rejects if reject.line is not None]
    numbers = np.setdiff1d(np.arange(1, reading.rows_seen + 1), rejected)
    place = table.schema.get_field_index("line")
    numbered = table.set_column(place, table.schema.field(place), integer_array(numbers))
    return replace(reading, corpus=Corpus(numbered))


def _edits(log: Iterable[Entry]) -> dict[int, Edit]:
    """Return what has become of each row in the end, by line."""
    edits: dict[int, Edit] = {}
    for entry in log:
        if entry.line is not None:
            edit = edits.get(entry.line, Edit())
            change = {"drop": True} if entry.action is Action.DROP else {entry.action.value: entry.after}
            edits[entry.line] = replace(edit, **change)
    return edits


def _check_targets(path: Path, target: Path, log: Path, *, force: bool) -> None:
    problems = []
    kind, given = (_stem_and_ending(one)[1].removesuffix(".gz") for one in (path, target))
    if kind != given:
        got = f"the source is {kind or 'a folder'}, the clean file would be {given or 'without an ending'}"
        problems.append(
            Problem(where=str(target), got=got, fix=f"end its name with {kind}; clean converts nothing")
        )
    if len({one.resolve() for one in (path, target, log)}) < 3:  # noqa: PLR2004  (source, clean file, log)
        got = "source, clean file and log are not three files"
        problems.append(Problem(where=str(target), got=got, fix="give another name; the source is never changed"))
    elif not force:
        problems += [
            Problem(where=str(one), got="there is such a file already", fix="name another, or say --force")
            for one in (target, log)
            if one.exists()
        ]
    if problems:
        raise UsageError(*problems)


def _stem_and_ending(path: Path) -> tuple[str, str]:
    """Return `raw` and `.jsonl.gz` of `raw.jsonl.gz`."""
    unpacked = Path(path.name.removesuffix(".gz"))
    return unpacked.stem, path.name.removeprefix(unpacked.stem)

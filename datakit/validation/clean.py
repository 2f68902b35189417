"""Apply chosen fixes to labelled text, and say what they did."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from datakit.core.corpus import SCHEMA, Corpus, Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.findings import Finding
from datakit.core.quarantine import Reject
from datakit.core.registry import Registry
from datakit.core.strings import string_array
from datakit.validation.checks._base import RowCheck
from datakit.validation.fixes._base import Action, Fix, Step
from datakit.validation.validate import Validation, checks

fixes: Registry[Fix] = Registry("fixes", "datakit.validation.fixes")

#: The repairs of texts are gone through until none finds anything, at most so often. Ours settle within three.
ROUNDS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the change log: what one fix did to one row."""

    line: int | None  #: in the source file, or the row's number if it has no lines; from 1
    id: str | None  #: None for a record that could not be read
    fix: str
    action: Action
    before: Any  #: the text or the label; of a row that goes the text, of an unreadable record the record
    after: Any  #: the text or the label; None where the row goes
    because: str


@dataclass(frozen=True, kw_only=True)
class Cleaning:
    """What cleaning has come to."""

    rows: Corpus  #: those that stay
    log: tuple[Entry, ...]  #: in the order in which it was done: a row may come up several times


def tally(log: Iterable[Entry]) -> dict[str, dict[str, int]]:
    """Return how many rows each fix has changed or dropped, by fix and action, in the order of the log."""
    rows: dict[str, dict[str, set[object]]] = {}
    for entry in log:
        rows.setdefault(entry.fix, {}).setdefault(entry.action, set()).add(entry.line or entry.id)
    return {fix: {action: len(those) for action, those in actions.items()} for fix, actions in rows.items()}


def chosen(names: Sequence[str], options: Mapping[str, Mapping[str, Any]] | None = None) -> dict[str, Fix]:
    """Build the fixes called `names`, in the order in which they are applied.

    Args:
        names: in any order; a repeated one counts once.
        options: options of fixes by name, e.g. `{"conflicting-labels": {"by": "drop"}}`.

    Raises:
        UsageError: unknown fix or option, or options of a fix that is not asked for; all problems at once.
    """
    options = options or {}
    built: dict[str, Fix] = {}
    problems = [
        Problem(
            where=f"fixes.{name}", got="options of a fix that is not asked for", fix=f"ask for it: --fix {name}"
        )
        for name in options
        if name not in names
    ]
    for name in sorted(set(names)):
        try:
            built[name] = fixes.build(name, options.get(name))
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(*problems)
    return dict(sorted(built.items(), key=lambda item: (item[1].step, item[0])))


def clean(rows: Corpus, wanted: Mapping[str, Fix], rejects: Iterable[Reject] = ()) -> Cleaning:
    """Return the rows as the fixes leave them, each working on what the one before left, and a log.

    Args:
        rows: what could be read.
        wanted: fixes by name, in order, as `chosen` gives them.
        rejects: what could not be read.
    """
    log = [
        Entry(
            line=reject.line,
            id=None,
            fix=name,
            action=Action.DROP,
            before=reject.raw,
            after=None,
            because=f"{reject.reason} [{reject.code}]",
        )
        for reject in rejects
        if (name := next((name for name, fix in wanted.items() if fix.discards(reject)), None)) is not None
    ]
    repairs = {name: fix for name, fix in wanted.items() if fix.step <= Step.CHARACTERS}
    for _ in range(ROUNDS):
        before = len(log)
        for name, fix in repairs.items():
            rows = _applied(rows, name, fix, log)
        if len(log) == before:
            break
    for name, fix in wanted.items():
        if name not in repairs:
            rows = _applied(rows, name, fix, log)
    return Cleaning(rows=rows, log=tuple(log))


def left(rows: Corpus, names: Iterable[str]) -> tuple[Finding, ...]:
    """Return what the checks called `names` still find; names that no check has are passed over."""
    asked = [checks.build(name) for name in names if name in checks.names()]
    codes = {check.code for check in asked}
    others = [check for check in _screens() if check.code not in codes]
    validation = Validation(checks=[*asked, *others], deep=True)
    findings = validation.findings(validation.look_at(Splits({"train": rows})))
    return tuple(finding for finding in findings if finding.code in codes)


def _screens() -> list[RowCheck]:
    """Return the checks that keep rows from the others, because nobody can learn from them."""
    return [check for check in checks.all() if isinstance(check, RowCheck) and check.unusable]


def _usable(rows: Corpus) -> npt.NDArray[np.int64]:
    unusable = [row for check in _screens() for row in check.faulty(rows)]
    return np.setdiff1d(np.arange(len(rows)), unusable)


def _applied(rows: Corpus, name: str, fix: Fix, log: list[Entry]) -> Corpus:
    """Return the rows as one fix leaves them, and note what it did."""
    seen = np.arange(len(rows)) if fix.step <= Step.UNUSABLE else _usable(rows)
    changes = list(fix.changes(rows if len(seen) == len(rows) else rows.take(seen)))
    if not changes:
        return rows
    label = "labels" if rows.multi_label else "label"
    columns: dict[str, list[Any]] = {"text": list(rows.texts), label: rows.table[label].to_pylist()}
    gone: set[int] = set()
    for change in changes:
        row = int(seen[change.row])
        values = columns[label if change.action is Action.LABEL else "text"]
        after = list(change.after) if isinstance(change.after, tuple) else change.after
        log.append(
            Entry(
                line=rows.lines[row],
                id=rows.ids[row],
                fix=name,
                action=change.action,
                before=values[row],
                after=after,
                because=change.because,
            )
        )
        if change.action is Action.DROP:
            gone.add(row)
        else:
            values[row] = after
    return _with(rows, columns).without(gone)


def _with(rows: Corpus, columns: Mapping[str, Sequence[Any]]) -> Corpus:
    """Return the rows with other values in these columns."""
    table = rows.table
    for name, values in columns.items():
        field = SCHEMA.field(name)
        array = string_array(values) if pa.types.is_string(field.type) else pa.array(values, field.type)
        table = table.set_column(table.schema.get_field_index(name), field, array)
    return Corpus(table)

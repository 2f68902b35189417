"""Which column is the text, which the label, which the id: as given, else by obvious names."""

from collections import Counter
from collections.abc import Sequence

from datakit.core.errors import InputError, Problem
from datakit.core.names import suggest
from datakit.io.problems import shortened
from datakit.io.reading import Column, Columns
from datakit.io.source import Source

# The first name of each wins where it stands there literally; else exactly one must be there, in any case.
TEXT_NAMES = (
    *("text", "sentence", "review", "message", "content", "tweet", "body", "comment", "document"),
    *("utterance", "sms", "v2"),
)
LABEL_NAMES = ("label", "labels", "category", "class", "sentiment", "target", "intent", "emotion", "v1")
ID_NAMES = ("id", "uid", "uuid", "guid", "_id", "row_id")


def choose(names: Sequence[str], how: Source, *, where: str, sampled: bool = False) -> Columns:
    """Return the columns to read.

    Args:
        names: the source's columns, in order.
        how: the columns that the user gave.
        where: the source, for messages.
        sampled: there may be columns beyond `names`, so that a given one need not be among them.

    Raises:
        InputError: a given column is not there or there twice, or none can be guessed.
    """
    given = [name for name in (how.text_column, how.label_column, how.id_column) if name is not None]
    problems = [] if sampled else [_missing(name, names, where) for name in given if name not in names]
    problems += [_twice(name, where) for name, n in Counter(given).items() if n > 1]
    free = [name for name in names if name not in given]
    text = _column(how.text_column, free, TEXT_NAMES)
    label = _column(how.label_column, free, LABEL_NAMES)
    if text is None:
        problems.append(_unguessed("text", TEXT_NAMES, names, where))
    if label is None:
        problems.append(_unguessed("label", LABEL_NAMES, names, where))
    if problems or text is None or label is None:
        raise InputError(*problems)
    columns = Columns(text=text, label=label, id=_column(how.id_column, free, ID_NAMES))
    if repeated := [name for name in columns.names.values() if names.count(name) > 1]:
        raise InputError(
            *(
                Problem(
                    where=where,
                    got=f"{names.count(name)} columns are called {name!r}",
                    fix="rename one of them",
                )
                for name in repeated
            )
        )
    return columns


def absent(role: str, name: str, names: Sequence[str], where: str) -> Problem:
    """Return the problem that no row has the column `name`, which was to be read as `role`."""
    problem = _missing(name, names, where)
    return Problem(where=where, got=problem.got, fix=f"--{role}-column: {problem.fix}")


def _column(given: str | None, free: Sequence[str], known: Sequence[str]) -> Column | None:
    if given is not None:
        return Column(name=given, given=True)
    if known[0] in free:
        return Column(name=known[0], given=False)
    hits = [name for name in free if name.strip().casefold() in known]
    return Column(name=hits[0], given=False) if len(hits) == 1 else None


def _missing(name: str, names: Sequence[str], where: str) -> Problem:
    return Problem(
        where=where,
        got=f"no column {name!r}",
        fix=f"{suggest(name, [shortened(n) for n in names])}. {_HEADERLESS}",
    )


def _twice(name: str, where: str) -> Problem:
    return Problem(where=where, got=f"column {name!r} is given for two roles", fix="give each role its own column")


def _unguessed(role: str, known: Sequence[str], names: Sequence[str], where: str) -> Problem:
    hits = [name for name in names if name.strip().casefold() in known]
    got = f"several columns may be the {role}: {', '.join(hits)}" if hits else f"no column is plainly the {role}"
    listed = ", ".join(shortened(name) for name in names) or "none"
    return Problem(
        where=where, got=got, fix=f"name it with --{role}-column; columns found: {listed}. {_HEADERLESS}"
    )


_HEADERLESS = "If it is a CSV or TSV file without a header, name its columns: --columns label,text"

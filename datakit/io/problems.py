"""The errors that every reader raises, and what a file seems to be that no reader can read."""

import csv
import re
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from datakit.core.errors import InputError, Problem
from datakit.core.quarantine import Reject

MOST = 20  #: problems of one file that are told at once
LOOKED_AT = 1_000  #: lines by which it is judged what a file seems to be

_DELIMITERS = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars"}
_ENDINGS = {"\t": ".tsv", ",": ".csv", ";": ".csv"}
# `DESC:manner` as in TREC, `__label__spam` as in fastText.
_PLAINLY_LABEL = re.compile(r"\w+:\w+|__label__\S+")
_SHARE_OF_LABELS = 0.1  # most first words of prose that are different: 0.4 in rt-polarity; TREC's labels: 0.05


def unreadable(where: str, got: str, fix: str) -> InputError:
    """Return the error for a source that as a whole cannot be read."""
    return InputError(Problem(where=where, got=got, fix=fix))


def rejected(where: str, rejects: Sequence[Reject], fix: str) -> InputError:
    """Return the error that tells the first rejects, and how many there are."""
    problems = [Problem(where=f"{where}:{r.line}", got=r.code, fix=fix, quote=r.reason) for r in rejects[:MOST]]
    if len(rejects) > MOST:
        problems.append(
            Problem(where=where, got=f"{len(rejects)} rows cannot be read, these are the first", fix=fix)
        )
    return InputError(*problems)


def shortened(text: str, most: int = 40) -> str:
    """Return `text`, cut to `most` characters where it is longer."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def resembling(path: Path, lines: Sequence[str], ending: str = "") -> tuple[Problem, ...]:
    """Return what a text file seems to be that could not be read, and the command that makes it readable.

    Args:
        path: the file, for the command.
        lines: its first lines.
        ending: the kind of file that it was read as, e.g. `.csv`; empty if as none.
    """
    lines = [line for line in lines if line.strip()]
    if not lines:
        return ()
    if all(line.lstrip().startswith("{") for line in lines):
        return (_seems(path, "JSON Lines", f"name it {_named(path, '.jsonl')}"),)
    if (delimiter := _delimiter(lines)) is not None:
        return () if _ENDINGS.get(delimiter) == ending else (_delimited(path, delimiter),)
    if _begin_with_labels([line.split(" ", 1)[0] for line in lines]):
        return (_labels_first(path, lines),)
    return (_texts_only(path, ending),) if sum(" " in line.strip() for line in lines) * 2 > len(lines) else ()


def _delimiter(lines: Sequence[str]) -> str | None:
    """Return the character that cuts more than half of the records into equally many fields, if one does."""

    def regularity(delimiter: str) -> float:
        try:
            widths = Counter(map(len, csv.reader(lines, delimiter=delimiter)))
        except csv.Error:  # a bare carriage return, or a quote that is never closed in a big file
            return 0.0
        width, records = widths.most_common(1)[0]
        return records / widths.total() if width > 1 else 0.0

    best = max(_DELIMITERS, key=regularity)
    return best if regularity(best) > 1 / 2 else None


def _begin_with_labels(words: Sequence[str]) -> bool:
    return all(map(_PLAINLY_LABEL.fullmatch, words)) or len(set(words)) <= _SHARE_OF_LABELS * len(words)


def _delimited(path: Path, delimiter: str) -> Problem:
    what = f"fields between {_DELIMITERS[delimiter]}"
    if delimiter in _ENDINGS:
        return _seems(path, what, f"name it {_named(path, _ENDINGS[delimiter])}")
    # latin-1 hands every byte through as it is, and the csv module unquotes.
    code = (
        "import csv, sys; sys.stdin.reconfigure(encoding='latin-1', newline=''); "
        "sys.stdout.reconfigure(encoding='latin-1', newline=''); "
        f"csv.writer(sys.stdout).writerows(csv.reader(sys.stdin, delimiter='{delimiter}'))"
    )
    read = "zcat" if path.suffix == ".gz" else "cat"
    target = shlex.quote(f"{Path(path.name.removesuffix('.gz')).stem}.commas.csv")
    return _seems(path, what, f'convert it: {read} {shlex.quote(str(path))} | python -c "{code}" > {target}')


def _labels_first(path: Path, lines: Sequence[str]) -> Problem:
    label = lines[0].split(" ", 1)[0]
    finer = ""
    script = r"s/ /\t/"
    if label.startswith("__label__"):
        script = r"s/^__label__//; s/ /\t/"
    elif ":" in label:
        finer = f" (or, to keep what follows the colon, {_sed(path, script)})"
        script = r"s/:[^ ]* /\t/"
    return _seems(
        path,
        f"a label, a space and a text on each line, without a header; the first label is {shortened(label)!r}",
        f"convert it: {_sed(path, script)} > {_target(path)}{finer}; {_then(path)}",
    )


def _texts_only(path: Path, ending: str) -> Problem:
    name = Path(path.name.removesuffix(".gz"))
    label = name.stem if ending or name.suffix in ("", ".txt") else name.suffix[1:]
    script = r"s/^/{}\t/".format(re.sub(r"[^-.\w]", "_", label))
    return _seems(
        path,
        "one text a line without a label; the file's name may be the label",
        f"gather all labels in one file: {_sed(path, script)} >> {_target(path)}, likewise for the other labels' "
        f"files; {_then(path)}",
    )


def _seems(path: Path, what: str, fix: str) -> Problem:
    return Problem(where=str(path), got=f"it seems to hold {what}", fix=fix)


def _sed(path: Path, script: str) -> str:
    name = shlex.quote(str(path))
    return f"zcat {name} | sed '{script}'" if path.suffix == ".gz" else f"sed '{script}' {name}"


def _named(path: Path, ending: str) -> str:
    packed = ".gz" if path.suffix == ".gz" else ""
    return shlex.quote(f"{Path(path.name.removesuffix('.gz')).stem}{ending}{packed}")


def _target(path: Path) -> str:
    return shlex.quote(f"{Path(path.name.removesuffix('.gz')).stem}.labelled.tsv")


def _then(path: Path) -> str:
    return f"then: datakit validate {_target(path)} --columns label,text"

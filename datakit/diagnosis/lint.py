"""Look at a training script or notebook for idioms that break or harm it. It is read, never run."""

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datakit.core.findings import Severity
from datakit.core.registry import Registry
from datakit.diagnosis.idioms._base import Idiom
from datakit.diagnosis.idioms._script import Script

idioms: Registry[Idiom] = Registry("idioms", "datakit.diagnosis.idioms")

_IGNORED = re.compile(r"#\s*datakit:\s*ignore(?:\[([^\]]*)\])?")

# IPython's own lines: `%time f()`, `!pip install x`, `files = !ls`, `model?`; and cells in another language.
_TIMED = re.compile(r"^(\s*)(%time(?:it)?\s)(.*)", re.DOTALL)
_MAGIC = re.compile(r"^(\s*)(?:[%!]|\?|(?:[\w.]+\?{1,2}\s*$))")
_ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*", re.DOTALL)
_PYTHON_CELLS = ("%%time", "%%timeit", "%%capture")


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """One place of a script that should be written otherwise."""

    code: str  #: the name of the idiom
    severity: Severity
    cell: int | None  #: number of the code cell, from 1; None in a script
    line: int  #: of the script or the cell, from 1
    column: int  #: in characters, from 1
    message: str
    fix: str


def lint(cells: Sequence[str], *, notebook: bool = False) -> tuple[Flaw, ...]:
    """Return what is found, in the order of the text.

    Args:
        cells: the code of a notebook's cells; of a script its whole text, as the only one.
        notebook: whether the places are to be told by cell.

    A part that is no Python is a flaw itself; the others are looked at nevertheless.
    """
    parts, lines, places, flaws = [], list[str](), list[tuple[int, int]](), list[Flaw]()
    for number, cell in enumerate(cells, start=1):
        code, problem = _python(cell)
        parts.append(code)
        cell_lines = _lines(cell)
        lines += cell_lines
        places += [(number, line) for line in range(1, len(cell_lines) + 1)]
        if problem is not None:
            flaws.append(_unreadable(problem, number if notebook else None))
    script = Script(_parsed("\n".join(parts)))
    for code in idioms.names():
        idiom = idioms.build(code)
        for spot in idiom.find(script):
            text = lines[spot.node.lineno - 1]
            if _is_ignored(text, code):
                continue
            number, line = places[spot.node.lineno - 1]
            column = len(text.encode()[: spot.node.col_offset].decode(errors="ignore")) + 1
            flaws.append(
                Flaw(
                    code=code,
                    severity=spot.severity or idiom.severity,
                    cell=number if notebook else None,
                    line=line,
                    column=column,
                    message=spot.message,
                    fix=spot.fix,
                )
            )
    return tuple(sorted(flaws, key=lambda flaw: (flaw.cell or 0, flaw.line, flaw.column, flaw.code)))


def _parsed(code: str) -> ast.Module:
    """Parse without a word about unknown escapes: they are no fault of training."""
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(code)


def _lines(text: str) -> list[str]:
    """Return the lines as Python counts them."""
    return re.split(r"\r\n|\r|\n", text)


def _python(cell: str) -> tuple[str, SyntaxError | None]:
    """Return the cell as Python with the same lines, and what stands in the way: all of it is left out then."""
    plain = "\n".join(_lines(cell))
    problem = _problem(plain)
    if problem is None:
        return plain, None
    tamed = "\n".join(_without_magics(_lines(cell)))
    if _problem(tamed) is None:
        return tamed, None
    return "\n" * plain.count("\n"), _problem(tamed)


def _problem(code: str) -> SyntaxError | None:
    try:
        _parsed(code)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError) as error:  # a null byte, or brackets without end
        return SyntaxError(str(error) or type(error).__name__, ("", 1, 1, None))
    return None


def _without_magics(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines with IPython's own made into Python that does nothing; places stay as they are."""
    foreign = lines[0].startswith("%%") and not lines[0].startswith(_PYTHON_CELLS)
    goes_on = False
    for line in lines:
        if foreign or goes_on:
            goes_on = not foreign and line.rstrip().endswith("\\")
            yield ""
        elif timed := _TIMED.match(line):
            indent, magic, code = timed.groups()
            yield f"{indent}{'pass;'.ljust(len(magic))}{code}"
        elif _MAGIC.match(line):
            goes_on = line.rstrip().endswith("\\")
            yield line[: len(line) - len(line.lstrip())] + "pass"
        elif assigned := _ASSIGNED.match(line):
            goes_on = line.rstrip().endswith("\\")
            yield assigned[1] + "None"
        else:
            yield line


def _unreadable(problem: SyntaxError, cell: int | None) -> Flaw:
    return Flaw(
        code="syntax-error",
        severity=Severity.ERROR,
        cell=cell,
        line=problem.lineno or 1,
        column=problem.offset or 1,
        message=f"this is no Python 3: {problem.msg}",
        fix="mend the line; until then nothing else in this file or cell is looked at",
    )


def _is_ignored(line: str, code: str) -> bool:
    """Tell whether a comment on the line says so: `# datakit: ignore`, or with codes in brackets."""
    comment = _IGNORED.search(line)
    if comment is None:
        return False
    return comment[1] is None or code in {one.strip() for one in comment[1].split(",")}

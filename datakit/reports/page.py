"""What the sections of a page share: a drawing with its title, and figures in words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from datakit.core.findings import Finding, Severity
from datakit.core.story import Story

TEXT = 400  # characters of an example
MOST_ROWS = 200  # of a table of labels, or of findings
_LABEL = 80  # characters of a label in a table
_LINES = 10  # of a finding
_EXAMPLES = 3  # of a finding
_JOINT = re.compile(r"(?<=[_\-/.:])(?=.)")
_GRAVITY = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """A drawing with its title and what a reader has to know to read it."""

    title: str
    svg: Markup
    note: str = ""
    wide: bool = False  #: whether it would be illegible on a phone, and is scrolled there


def plot(*, title: str, svg: str, note: str = "", wide: bool = False) -> Plot:
    """Return a drawing of `charts`, to stand on the page as it is."""
    return Plot(title=title, svg=Markup(svg), note=note, wide=wide)  # noqa: S704  (vl-convert escapes all text)


def number(value: float | None) -> str:
    """Return a number, nothing for none."""
    return "" if value is None else f"{value:,.10g}"


def share(value: float | None) -> str:
    """Return a fraction 0..1 in percent, nothing for none."""
    return "" if value is None else f"{value:.1%}"


def ratio(value: float | None) -> str:
    """Return how many times as much it is, nothing for none."""
    return "" if value is None else f"{value:,.1f} to 1"


def score(value: float | None) -> str:
    """Return a figure."""
    return "n/a" if value is None else f"{value:z.3f}"


def figure(value: float | None) -> str:
    """Return a figure of any size, to three digits."""
    return "n/a" if value is None else f"{value:,.3g}"


def signed(value: float) -> str:
    """Return a difference with its sign."""
    return f"{value:+z.3f}".replace("-", "\N{MINUS SIGN}")


def points(value: float) -> str:
    """Return a difference of fractions in percentage points, with its sign."""
    return f"{100 * value:+z.1f}".replace("-", "\N{MINUS SIGN}")


def option(value: object) -> str:
    """Return the value of an option; a number to the digits that matter."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def shortened(text: str, size: int) -> str:
    """Return a text, its middle left out where it is longer than `size` characters."""
    return text if len(text) <= size else f"{text[: size // 2].rstrip()} … {text[-size // 2 :].lstrip()}"


def breakable(text: str) -> Markup:
    """Return a label or an id, shortened where it is endless, that may be broken after its joints."""
    return Markup("<wbr>").join(_JOINT.split(shortened(text, _LABEL)))


def all_labels(n: int) -> str:
    """Say how many of n labels a table tells."""
    return f"All {n:,} labels in figures" if n <= MOST_ROWS else f"{MOST_ROWS:,} of {n:,} labels in figures"


def findings(story: Story) -> list[tuple[str, Finding]]:
    """Return stage and finding, the gravest first."""
    found = [(stage, finding) for stage, report in story.reports.items() for finding in report.findings]
    return sorted(found, key=lambda pair: _GRAVITY.index(pair[1].severity))


def figures(story: Story, stage: str) -> Mapping[str, Any]:
    """Return what a stage measured; nothing where it was not run."""
    return story.reports[stage].figures if stage in story.reports else {}


def evidence(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the figures behind a finding that fit into a table, name and value."""
    for name, value in finding.evidence.items():
        if not isinstance(value, Mapping | Sequence) or isinstance(value, str):
            yield name.replace("_", " "), shortened(_listed(value), TEXT)


def examples(finding: Finding) -> Iterator[str]:
    """Yield a few of the rows that a finding is about."""
    example = finding.evidence.get("example")
    if isinstance(example, Mapping):
        yield "; ".join(f"{name}: {shortened(_listed(part), TEXT)}" for name, part in example.items())
    for several in ("examples", "reasons"):
        found = finding.evidence.get(several)
        shown = found[:_EXAMPLES] if isinstance(found, list | tuple) else ()
        yield from (shortened(text, TEXT) for text in map(_listed, shown) if text.strip())


def first_lines(finding: Finding) -> str:
    """Return the first lines of the source that a finding is about."""
    more = len(finding.lines) - _LINES
    return ", ".join(map(str, finding.lines[:_LINES])) + (f" and {more:,} more" if more > 0 else "")


def _listed(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_listed(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_listed, value))
    return f"{value:,.6g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def flat(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the options of a recipe by `section.option`, in words."""
    return dict(_flat(options))


def _flat(options: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", _listed(value)

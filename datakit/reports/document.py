"""One HTML document: offline, without script, and inert whatever the data set holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datakit.reports import charts
from datakit.reports.page import (
    MOST_ROWS,
    all_labels,
    breakable,
    evidence,
    examples,
    figure,
    first_lines,
    number,
    points,
    score,
    share,
    shortened,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came out, in words."""

    tone: str  #: `good`, `mixed` or `bad`
    headline: str
    account: Mapping[str, str]  #: what is wrong, what was done, what it brought, as far as there is any
    next: tuple[str, ...] = ()  #: what to do now, the most urgent first


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The top of a document."""

    brand: str  #: which kind of document it is
    title: str
    facts: Mapping[str, str] = field(default_factory=dict)
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A section of a document; its template has its name."""

    name: str
    title: str
    short: str = ""  #: in the list of sections; the title where it is short


def document(head: Head, sections: Sequence[Section], shown: Mapping[str, Any]) -> str:
    """Return a document as text, the same for the same arguments.

    Args:
        head: its top.
        sections: in order; one that has nothing to show is left out, of the list of sections too.
        shown: what the templates of the sections show.
    """
    environment = _environment()
    bodies = [
        (section, Markup(environment.get_template(f"sections/{section.name}.html").render(shown).strip()))  # noqa: S704  (a template's own output, escaped there)
        for section in sections
    ]
    page = environment.get_template("document.html").render(
        head=head, sections=[(section, body) for section, body in bodies if body]
    )
    return charts.legible(page)


def moment(created: str) -> str:
    """Return an ISO 8601 moment to the minute, or what was given where it is none."""
    try:
        return f"{datetime.fromisoformat(created):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return created


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("datakit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "all_labels": all_labels,
        "breakable": breakable,
        "score": score,
        "share": share,
        "points": points,
        "shortened": shortened,
        "evidence": evidence,
        "examples": examples,
        "first_lines": first_lines,
        "moment": moment,
        "figure": figure,
        "number": number,
    }
    environment.globals["MOST_ROWS"] = MOST_ROWS
    return environment

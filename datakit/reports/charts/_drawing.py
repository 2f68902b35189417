"""What all drawings share: theme, colours, labels fit for an axis, and SVG that is slim and inert."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import altair as alt

T = TypeVar("T")

#: Colours of series, as the page names them.
COLOURS = tuple(f"var(--{name})" for name in ("one", "two", "three", "four", "five", "six"))

_WIDTH = 490  # px, axes included: it shrinks to a phone and stays legible
_POINTS = 400  # of one curve, at most
_NAME = 27  # columns of a label, at most
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufffe\uffff]")

# A drawing has no `<` or `>` but those of its tags, and no text of the data set inside them.
_TAG = re.compile(r"<[^<>]*>")
_INVISIBLE = re.compile(r'class="(?:background|foreground)"')
_NOISE = re.compile(r' (?:class|role|aria-[a-z]+|pointer-events|opacity="1"|font-(?:family|weight))(?:="[^"]*")?')
_DECIMALS = re.compile(r"(\.\d\d)\d+")

_THEME: dict[str, Any] = {
    "aria": False,  # the drawing carries one label as a whole
    "background": None,
    "font": "sans-serif",
    # The reader's font may be wider than the one measured here.
    "padding": {"left": 14, "top": 4, "right": 10, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "labelColor": "var(--ink)",
        "labelFontSize": 13,
        "labelLimit": 190,
        "labelPadding": 5,
        "titleColor": "var(--faint)",
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "gridColor": "var(--line)",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "columnPadding": 28,
        "title": None,
        "labelColor": "var(--ink)",
        "labelFontSize": 13,
        "symbolStrokeWidth": 3,
        "symbolOpacity": 1,
        "labelLimit": 200,
    },
    "text": {"color": "var(--ink)", "fontSize": 12},
}


def legible(text: str) -> str:
    """Replace what no page can hold: control characters, reversals of the reading order, halves of pairs."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def display_names(labels: Sequence[str]) -> dict[str, str]:
    """Map labels to names fit for an axis: printable, short, and still different from each other."""
    names: dict[str, str] = {}
    for label in labels:
        name = short = _abridged(" ".join(legible(label).split()) or "(empty)")
        taken = set(names.values())
        again = 2
        while name in taken:
            name, again = f"{short} ({again})", again + 1
        names[label] = name
    return names


def _abridged(text: str) -> str:
    """Leave out the middle of a text that is too long: labels often begin alike, and differ at the end."""
    widths = [2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text]
    if sum(widths) <= _NAME:
        return text
    head, tail = (sum(at <= _NAME // 2 for at in accumulate(side)) for side in (widths, reversed(widths)))
    return f"{text[:head]}…{text[len(text) - tail :]}"


def of(data: Iterable[Mapping[str, Any]]) -> "alt.Chart":
    """Return a chart of rows, not yet drawn."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(data)))


def on_labels(names: list[str]) -> "alt.Y":
    """Return the vertical axis of things with names, from top to bottom."""
    import altair as alt

    return alt.Y("label:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False))


def colours(series: list[str]) -> "alt.Color":
    """Return a colour a series; the legend is left out where there is but one."""
    import altair as alt

    legend: dict[str, Any] = {} if len(series) > 1 else {"legend": None}
    scale = alt.Scale(domain=series, range=list(COLOURS[: len(series)]))
    return alt.Color("series:N", scale=scale, **legend)


def whole() -> "alt.Axis":
    """Return an axis of whole numbers."""
    import altair as alt

    return alt.Axis(tickCount=4, tickMinStep=1, format=",d")


def figures(bars: Any, field: str, pattern: str) -> Any:  # noqa: ANN401
    """Return the figures that stand at the ends of bars."""
    import altair as alt

    return bars.mark_text(align="left", dx=5).encode(text=alt.Text(field, format=pattern))


def room_for_figures(values: Iterable[float], room: float = 1.15) -> "alt.Scale":
    """Return a scale that leaves room for figures at the ends of bars."""
    import altair as alt

    return alt.Scale(domain=[0, room * max(values, default=1) or 1], nice=False)


def thinned(steps: Sequence[T]) -> Sequence[T]:
    """Return so many points of a curve as can be seen."""
    return steps[:: -(-len(steps) // _POINTS) or 1]


def finite(value: float | None) -> float | None:
    """Return None for what JSON cannot say; a curve has a gap there."""
    return value if value is not None and math.isfinite(value) else None


def svg(chart: Any, alt_text: str, *, height: int, width: int = _WIDTH, fit: bool = True) -> str:  # noqa: ANN401
    """Draw a chart; sizes in px, the width with (`fit`) or without its axes."""
    import vl_convert

    spec = chart.properties(width=width, height=height).to_dict() | {"config": _THEME}
    if fit:
        spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    drawing = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    opening, _, inside = drawing.partition(">")
    size = " ".join(re.findall(r'(?:width|height|viewBox)="[^"]*"', opening))
    return f'<svg role="img" aria-label="{escape(alt_text)}" {size}>{_TAG.sub(_slimmed, inside)}'


def _slimmed(tag: re.Match[str]) -> str:
    """Take out of a tag what changes nothing on the page: half of the bytes."""
    if tag[0].startswith("<path") and _INVISIBLE.search(tag[0]):
        return ""
    return _DECIMALS.sub(r"\1", _NOISE.sub("", tag[0]))

"""Plots as SVG text, to stand inside an HTML page: static, without script, in colours that the page decides.

Colours are CSS variables of the page (`--ink`, `--faint`, `--line`, `--one`, `--two`, `--three`, `--bad`,
`--on-one`), so that one drawing serves light, dark and paper. Values of the data set are only ever data of a
plot, never field names or expressions.
"""

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from datakit.core.history import History

if TYPE_CHECKING:
    import altair as alt

#: Labels in a bar chart, at most; the caller says so where there are more.
MOST_BARS = 40

#: Labels in a confusion matrix, at most; the rest is pooled.
MOST_CELLS = 30

#: Labels up to which a confusion matrix is small enough to stand beside something else.
FEW = 8

_WIDTH = 490  # px, axes included: it shrinks to a phone and stays legible
_POINTS = 400  # of one curve, at most
_NAME = 27  # characters of a label, at most
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
        "labelLimit": 200,
    },
    "text": {"color": "var(--ink)", "fontSize": 12},
}


def legible(text: str) -> str:
    """Replace what no page can hold: control characters, reversals of the reading order, halves of pairs."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def funnel(rows: Mapping[str, int], *, lost: frozenset[str] = frozenset()) -> str:
    """Draw how many rows stand at each station, top to bottom; those `lost` in a colour of warning."""
    import altair as alt

    data = [
        {"station": name, "rows": n, "colour": "var(--bad)" if name in lost else "var(--one)"}
        for name, n in rows.items()
    ]
    y = alt.Y("station:N", sort=list(rows), title=None, axis=alt.Axis(ticks=False, domain=False))
    x = alt.X("rows:Q", title="rows", scale=_room_for_figures(rows.values()), axis=_whole())
    bars = _of(data).encode(y=y, x=x)
    drawn = bars.mark_bar(height=18).encode(color=alt.Color("colour:N", scale=None)) + _figures(
        bars, "rows:Q", ","
    )
    return _svg(drawn, "Rows at each station of the run", height=28 * len(data))


def label_counts(series: Mapping[str, Mapping[str, int]]) -> str:
    """Draw rows by label, the largest labels of the first series first; one bar a series.

    Args:
        series: the name of a count, e.g. `before`, and its rows by label.
    """
    import altair as alt

    first, *_ = series.values()
    names = display_names(sorted(first, key=lambda label: (-first[label], label))[:MOST_BARS])
    data = [
        {"label": name, "series": title, "rows": counts.get(label, 0)}
        for label, name in names.items()
        for title, counts in series.items()
    ]
    bars = _of(data).encode(
        y=_labels(list(names.values())),
        yOffset=alt.YOffset("series:N", sort=list(series)),
        x=alt.X(
            "rows:Q",
            title="rows",
            scale=_room_for_figures([row["rows"] for row in data]),
            axis=_whole(),
        ),
    )
    drawn = bars.mark_bar().encode(color=_colours(list(series))) + _figures(bars, "rows:Q", ",")
    return _svg(drawn, f"Rows by label: {', '.join(series)}", height=(12 + 14 * len(series)) * len(names))


def losses(history: History) -> str:
    """Draw training and validation loss, nats, by optimizer step, and mark the epoch that was kept."""
    import altair as alt

    data = [
        *({"at": s.step, "loss": _finite(s.loss), "series": "training"} for s in _thinned(history.steps)),
        *({"at": e.step, "loss": _finite(e.validation_loss), "series": "validation"} for e in history.epochs),
    ]
    best = next((e.step for e in history.epochs if e.epoch == history.best_epoch), None)
    x, y = alt.X("at:Q", title="optimizer step"), alt.Y("loss:Q", title="loss (nats)")
    return _curves(data, x=x, y=y, best=best, alt_text="Loss by optimizer step")


def scores(history: History) -> str:
    """Draw macro-F1 and accuracy on the validation split by epoch, and mark the epoch that was kept."""
    import altair as alt

    data = [
        {"at": epoch.epoch, "score": _finite(value), "series": name}
        for epoch in history.epochs
        for name, value in (("macro-F1", epoch.macro_f1), ("accuracy", epoch.accuracy))
    ]
    x, y = alt.X("at:O", title="epoch"), alt.Y("score:Q", title="score (0 to 1)")
    return _curves(data, x=x, y=y, best=history.best_epoch, alt_text="Validation scores by epoch")


def per_class(classes: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw precision, recall and F1 by label, the best supported first, F1 with its 95% interval.

    Args:
        classes: by label the fields of `ClassMetrics`.
    """
    import altair as alt

    names = display_names(by_support(classes)[:MOST_BARS])
    metrics = {"precision": "precision", "recall": "recall", "f1": "F1"}
    data = [
        {
            "label": name,
            "series": title,
            "score": _finite(classes[label].get(metric)),
            "low": interval[0],
            "high": interval[1],
            "support": f"n = {classes[label].get('support', 0):,}",
        }
        for label, name in names.items()
        for metric, title in metrics.items()
        for interval in [classes[label].get("f1_interval") or (None, None)]
    ]
    y = _labels(list(names.values()))
    offset = alt.YOffset("series:N", sort=list(metrics.values()))
    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f")
    x = alt.X("score:Q", title="score (0 to 1)", scale=alt.Scale(domain=[0, 1.22], nice=False), axis=axis)
    f1 = [row for row in data if row["series"] == "F1"]
    drawn = (
        _of(data).mark_bar().encode(y=y, yOffset=offset, x=x, color=_colours(list(metrics.values())))
        + _of([row for row in f1 if row["low"] is not None])
        .mark_rule(strokeWidth=2, color="var(--ink)")
        .encode(y=y, yOffset=offset, x="low:Q", x2="high:Q")
        + _of(f1).mark_text(align="right", color="var(--faint)").encode(y=y, x=alt.datum(1.22), text="support:N")
    )
    return _svg(drawn, "Precision, recall and F1 by label", height=40 * len(names))


def confusion(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Draw a confusion matrix: counts as figures, the share of the true label's rows as depth of colour.

    Args:
        labels: of the rows and columns of `counts`.
        counts: [true label][predicted label] -> rows. Zeros stay blank.
    """
    import altair as alt

    names, cells = _pooled(labels, counts)
    data = [
        {"true": names[i], "predicted": names[j], "rows": n, "rate": n / sum(row)}
        for i, row in enumerate(cells)
        for j, n in enumerate(row)
        if n
    ]
    small = len(names) <= FEW
    side = 48 if small else 25  # px of a cell
    empty = [{"true": name, "predicted": name} for name in names]  # keeps labels without a row on the axes
    x = alt.X(
        "predicted:N",
        sort=names,
        title="predicted label",
        axis=alt.Axis(orient="top", labelAngle=-40, grid=False, domain=False, ticks=False),
    )
    y = alt.Y(
        "true:N",
        sort=names,
        title="true label",
        axis=alt.Axis(grid=False, domain=False, ticks=False),
    )
    cell = _of(data).encode(x=x, y=y)
    drawn = (
        _of(empty).mark_rect(opacity=0, fill="var(--one)").encode(x=x, y=y)
        + cell.mark_rect(fill="var(--one)").encode(
            fillOpacity=alt.FillOpacity("rate:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 1]), legend=None)
        )
        + cell.mark_text(fontSize=13 if small else 10).encode(
            text=alt.Text("rows:Q", format="," if small else "~s"),
            color=alt.condition("datum.rate > 0.5", alt.value("var(--on-one)"), alt.value("var(--ink)")),
        )
    )
    square = side * len(names)
    return _svg(drawn, "Confusion matrix", height=square, width=square, fit=False)


def by_support(classes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the labels, those with the most rows first."""
    return sorted(classes, key=lambda label: (-classes[label].get("support", 0), label))


def display_names(labels: Sequence[str]) -> dict[str, str]:
    """Map labels to names fit for an axis: printable, short, and still different from each other."""
    names: dict[str, str] = {}
    for label in labels:
        text = " ".join(legible(label).split()) or "(empty)"
        # Long labels often begin alike, and differ at the end.
        name = short = text if len(text) <= _NAME else f"{text[: _NAME // 2]}…{text[-(_NAME // 2) :]}"
        taken = set(names.values())
        again = 2
        while name in taken:
            name, again = f"{short} ({again})", again + 1
        names[label] = name
    return names


def _pooled(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> tuple[list[str], list[list[int]]]:
    """Keep the labels with the most mistakes, and pool the others in one row and column."""
    names = list(display_names(labels).values())
    order = range(len(labels))
    if len(labels) <= MOST_CELLS:
        return names, [list(row) for row in counts]
    mistakes = [sum(counts[i]) + sum(row[i] for row in counts) - 2 * counts[i][i] for i in order]
    kept = sorted(sorted(order, key=lambda i: (-mistakes[i], i))[:MOST_CELLS])
    groups = [[i] for i in kept] + [[i for i in order if i not in kept]]
    cells = [[sum(counts[i][j] for i in rows for j in columns) for columns in groups] for rows in groups]
    return [*(names[i] for i in kept), f"the {len(labels) - MOST_CELLS} others"], cells


def _curves(data: Sequence[Mapping[str, Any]], *, x: "alt.X", y: "alt.Y", best: int | None, alt_text: str) -> str:
    """Draw one line a `series`, and mark the `best` place on the x axis."""
    import altair as alt

    x = x.axis(labelAngle=0, labelOverlap=True, grid=False, tickMinStep=1, tickCount=6)
    y = y.scale(zero=False).axis(tickCount=6)
    lines = _of(data).encode(x=x, y=y, color=_colours(list(dict.fromkeys(row["series"] for row in data))))
    few = [row for row in data if row["series"] != "training"]
    drawn = lines.mark_line(strokeWidth=2) + lines.mark_point(filled=True, size=45, opacity=1).properties(
        data=alt.InlineData(values=few)
    )
    if best is not None:
        mark = _of([{"at": best, "name": "kept"}]).encode(x=x)
        drawn = (
            mark.mark_rule(color="var(--faint)", strokeDash=[4, 4])
            + mark.mark_text(baseline="bottom", dy=-3, color="var(--faint)").encode(y=alt.value(0), text="name:N")
            + drawn
        )
    return _svg(drawn, alt_text, height=240)


def _of(data: Sequence[Mapping[str, Any]]) -> "alt.Chart":
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(data)))


def _labels(names: list[str]) -> "alt.Y":
    import altair as alt

    return alt.Y("label:N", sort=names, title=None, axis=alt.Axis(ticks=False, domain=False))


def _colours(series: list[str]) -> "alt.Color":
    import altair as alt

    colours = ["var(--one)", "var(--two)", "var(--three)"][: len(series)]
    legend: dict[str, Any] = {} if len(series) > 1 else {"legend": None}
    return alt.Color("series:N", scale=alt.Scale(domain=series, range=colours), **legend)


def _whole() -> "alt.Axis":
    import altair as alt

    return alt.Axis(tickCount=4, tickMinStep=1, format=",d")


def _figures(bars: Any, field: str, pattern: str) -> Any:  # noqa: ANN401
    """Return the figures that stand at the ends of bars."""
    import altair as alt

    return bars.mark_text(align="left", dx=5).encode(text=alt.Text(field, format=pattern))


def _room_for_figures(values: Any) -> "alt.Scale":  # noqa: ANN401
    import altair as alt

    return alt.Scale(domain=[0, 1.15 * max(values, default=1) or 1], nice=False)


def _thinned(steps: Sequence[Any]) -> Sequence[Any]:
    return steps[:: -(-len(steps) // _POINTS) or 1]


def _finite(value: float | None) -> float | None:
    """Return None for what JSON cannot say; a curve has a gap there."""
    return value if value is not None and math.isfinite(value) else None


def _svg(chart: Any, alt_text: str, *, height: int, width: int = _WIDTH, fit: bool = True) -> str:  # noqa: ANN401
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

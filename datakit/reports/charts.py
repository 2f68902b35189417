"""Plots as SVG text, to stand inside an HTML page: static, without script, in colours that the page decides.

Colours are CSS variables of the page (`--ink`, `--faint`, `--line`, `--one`, `--two`, `--three`, `--bad`,
`--on-one`), so that one drawing serves light, dark and paper. Values of the data set are only ever data of a
plot, never field names or expressions.
"""

import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate
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


def reliability(series: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """Draw the share of right answers by confidence, a line a series; who can be believed is on the diagonal.

    Args:
        series: by name the bins of a calibration error: `confidence` and `right`, fractions 0..1.
    """
    import altair as alt

    data = [
        {"confidence": one["confidence"], "right": one["right"], "series": name}
        for name, bins in series.items()
        for one in bins
    ]
    lowest = min(one[field] for bins in series.values() for one in bins for field in ("confidence", "right"))
    least = math.floor(10 * min(lowest, 0.9)) / 10
    scale, axis = alt.Scale(domain=[least, 1], nice=False), alt.Axis(tickCount=5, format=".0%")
    x = alt.X("confidence:Q", title="confidence", scale=scale, axis=axis)
    y = alt.Y("right:Q", title="share that is right", scale=scale, axis=axis)
    lines = _of(data).encode(x=x, y=y, color=_colours(list(series)))
    diagonal = _of([{"confidence": end, "right": end} for end in (least, 1)]).encode(x=x, y=y)
    drawn = (
        diagonal.mark_line(strokeWidth=1.5, strokeDash=[4, 4], color="var(--faint)")
        + lines.mark_line(strokeWidth=2)
        + lines.mark_point(filled=True, size=45, opacity=1)
    )
    return _svg(drawn, "Share of right answers by confidence", height=300)


def differences(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw each arm's difference from the baseline with its 95% interval, in points; 0 is no difference.

    Args:
        rows: `arm`; `difference`, `low` and `high` as fractions; `outcome`: better, worse or no difference.
    """
    import altair as alt

    colours = {"better": "var(--good)", "worse": "var(--bad)"}
    names = display_names([row["arm"] for row in rows])
    data = [
        {
            "label": names[row["arm"]],
            **{end: 100 * row[end] for end in ("difference", "low", "high")},
            "colour": colours.get(row["outcome"], "var(--one)"),
        }
        for row in rows
    ]
    x = alt.X("difference:Q", title="difference in points", axis=alt.Axis(tickCount=6, format="+~f"))
    arms = _of(data).encode(y=_labels(list(names.values())), x=x, color=alt.Color("colour:N", scale=None))
    drawn = (
        _of([{"difference": 0}]).mark_rule(color="var(--faint)", strokeDash=[4, 4]).encode(x=x)
        + arms.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
        + arms.mark_point(filled=True, size=70, opacity=1)
    )
    return _svg(drawn, "Differences from the baseline with 95% intervals", height=40 * len(data))


def trials(trials: Sequence[Mapping[str, Any]]) -> str:
    """Draw what each trial of a search came to, and the best so far; pruned ones where they were ended.

    Args:
        trials: in their order: `number`, `state`, `macro_f1` (None where it is not complete), `epochs` (macro-F1
            after each). At least one is complete or pruned.
    """
    import altair as alt

    complete = [trial for trial in trials if trial["state"] == "complete"]
    pruned = [trial for trial in trials if trial["state"] == "pruned" and trial["epochs"]]
    scores = {trial["number"]: _finite(trial["macro_f1"]) or 0.0 for trial in complete}
    later = [trial["number"] for trial in trials if complete and trial["number"] >= complete[0]["number"]]
    best = accumulate((scores.get(number, 0.0) for number in later), max)
    series: dict[str, list[tuple[int, float | None]]] = {
        "complete": [(trial["number"], _finite(trial["macro_f1"])) for trial in complete],
        "pruned": [(trial["number"], _finite(trial["epochs"][-1])) for trial in pruned],
        "best so far": list(zip(later, best, strict=True)),
    }
    rows = {
        name: [{"trial": at, "score": score, "series": name} for at, score in points]
        for name, points in series.items()
        if points
    }
    x = alt.X("trial:Q", title="trial", axis=alt.Axis(grid=False, tickMinStep=1, format="d"))
    y = alt.Y("score:Q", title="validation macro-F1", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    layers = []
    for name, of_series in rows.items():
        drawn = _of(of_series).encode(x=x, y=y, color=_colours(list(rows)))
        if name == "best so far":
            layers.append(drawn.mark_line(strokeWidth=2, interpolate="step-after"))
        else:
            shape = "cross" if name == "pruned" else "circle"
            layers.append(drawn.mark_point(filled=True, size=50, opacity=1, shape=shape))
    return _svg(alt.layer(*layers), "Macro-F1 by trial", height=240)


def shares(parts: Mapping[str, float], *, title: str) -> str:
    """Draw parts of a whole, fractions 0..1, as bars, the largest first."""
    import altair as alt

    ranked = sorted(parts, key=lambda name: (-parts[name], name))
    data = [{"label": name, "share": parts[name]} for name in ranked]
    axis = alt.Axis(tickCount=4, format=".0%")
    x = alt.X("share:Q", title=title, scale=_room_for_figures(parts.values()), axis=axis)
    bars = _of(data).encode(y=_labels(ranked), x=x)
    drawn = bars.mark_bar(height=18, color="var(--one)") + _figures(bars, "share:Q", ".0%")
    return _svg(drawn, title, height=34 * len(data))


def rates(
    points: Sequence[Mapping[str, float]], *, healthy: Sequence[float] | None, marks: Mapping[str, float]
) -> str:
    """Draw the loss over a rising learning rate, the healthy rates shaded, some rates marked.

    Args:
        points: `rate` and `smoothed` (loss, nats).
        healthy: lowest and highest healthy rate; None where there is none.
        marks: rates by what is written beside them.
    """
    import altair as alt

    scale = alt.Scale(type="log", nice=False, domain=[points[0]["rate"], points[-1]["rate"]])
    x = alt.X("rate:Q", title="learning rate", scale=scale, axis=alt.Axis(grid=False, tickCount=7, format="~e"))
    y = alt.Y("loss:Q", title="loss, smoothed (nats)", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    data = [{"rate": point["rate"], "loss": _finite(point["smoothed"])} for point in points]
    layers = []
    if healthy:
        band = _of([{"rate": healthy[0], "end": healthy[1]}])
        layers.append(band.mark_rect(fill="var(--three)", fillOpacity=0.14).encode(x=x, x2="end:Q"))
    layers.append(_of(data).mark_line(strokeWidth=2, color="var(--one)").encode(x=x, y=y))
    for i, (name, rate) in enumerate(marks.items()):
        mark = _of([{"rate": rate, "name": name}]).encode(x=x)
        layers.append(mark.mark_rule(color="var(--faint)", strokeDash=[4, 4]))
        text = mark.mark_text(align="left", dx=5, baseline="top", color="var(--faint)")
        layers.append(text.encode(y=alt.value(16 * i + 4), text="name:N"))
    return _svg(alt.layer(*layers), "Loss by learning rate", height=240)


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

"""What a model is worth on the test split."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from datakit.reports.charts._drawing import colours, display_names, finite, of, on_labels, svg

#: Labels in a plot of figures by label, at most.
MOST_LABELS = 40

#: Labels in a confusion matrix, at most; the rest is pooled.
MOST_CELLS = 30

#: Labels up to which a confusion matrix is small enough to stand beside something else.
FEW = 8

#: Precision-recall curves with a colour of their own, at most.
MOST_CURVES = 6

#: The same without one: more are a carpet.
_PALE = 100


def per_class(classes: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw precision, recall and F1 of each label with their 95% intervals.

    Args:
        classes: by label the fields of `ClassMetrics`, in the order in which they are to be drawn.
    """
    import altair as alt

    names = display_names(list(classes)[:MOST_LABELS])
    metrics = {"precision": "precision", "recall": "recall", "f1": "F1"}
    data = [
        {
            "label": name,
            "series": title,
            "score": finite(classes[label].get(metric)),
            "low": interval[0],
            "high": interval[1],
        }
        for label, name in names.items()
        for metric, title in metrics.items()
        for interval in [classes[label].get(f"{metric}_interval") or (None, None)]
    ]
    supports = [
        {"label": name, "told": f"n = {classes[label].get('support', 0):,}"} for label, name in names.items()
    ]
    titles = list(metrics.values())
    y, offset = on_labels(list(names.values())), alt.YOffset("series:N", sort=titles)
    axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2~f")
    x = alt.X("score:Q", title="score (0 to 1)", scale=alt.Scale(domain=[0, 1.22], nice=False), axis=axis)
    scored = of(row for row in data if row["low"] is not None).encode(y=y, yOffset=offset, color=colours(titles))
    drawn = (
        _stripes(list(names.values()))
        + scored.mark_rule(strokeWidth=2, opacity=0.55).encode(x="low:Q", x2="high:Q")
        + of(data)
        .mark_point(filled=True, size=50, opacity=1)
        .encode(y=y, yOffset=offset, x=x, color=colours(titles))
        + of(supports).mark_text(align="right", color="var(--faint)").encode(y=y, x=alt.datum(1.22), text="told:N")
    )
    return svg(drawn, "Precision, recall and F1 by label", height=(42 if len(names) <= FEW else 32) * len(names))


def confusion(labels: Sequence[str], counts: Sequence[Sequence[int]]) -> str:
    """Draw a confusion matrix: rows as figures, their share of the true label as depth of colour.

    Of up to `FEW` labels the share is written beneath the figure.

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
    side = 54 if small else 25  # px of a cell
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
    cell = of(data).encode(x=x, y=y)
    ink = alt.condition("datum.rate > 0.5", alt.value("var(--on-one)"), alt.value("var(--ink)"))
    depth = alt.FillOpacity("rate:Q", scale=alt.Scale(domain=[0, 1], range=[0.06, 1]), legend=None)
    drawn = (
        of(empty).mark_rect(opacity=0, fill="var(--one)").encode(x=x, y=y)
        + cell.mark_rect(fill="var(--one)").encode(fillOpacity=depth)
        + cell.mark_text(fontSize=13 if small else 10, dy=-7 if small else 0).encode(
            text=alt.Text("rows:Q", format="," if small else "~s"), color=ink
        )
    )
    if small:
        rates = cell.mark_text(fontSize=11, dy=9)
        drawn += rates.encode(text=alt.Text("rate:Q", format=".0%"), color=ink)
    square = side * len(names)
    return svg(drawn, "Confusion matrix", height=square, width=square, fit=False)


def precision_recall(curves: Mapping[str, Sequence[tuple[float, float]]], areas: Mapping[str, float]) -> str:
    """Draw precision by recall, each label against the rest; of many labels the weakest are told by colour.

    Args:
        curves: by label, pairs of recall and precision, 0..1, in the order of recall; at least one.
        areas: by label, the area under its curve.
    """
    import altair as alt

    weakest = sorted(curves, key=lambda label: (areas.get(label, 0.0), label))[:MOST_CURVES]
    names = display_names(weakest)
    told = {label: f"{names[label]} {areas.get(label, 0.0):.2f}" for label in weakest}
    x = alt.X("recall:Q", title="recall", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5, format=".0%"))
    y = alt.Y(
        "precision:Q", title="precision", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5, format=".0%")
    )

    def rows(chosen: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {
                "recall": recall,
                "precision": precision,
                "place": place,
                "label": label,
                "series": told.get(label, ""),
            }
            for label in chosen
            for place, (recall, precision) in enumerate(curves[label])
        ]

    paler = [label for label in curves if label not in told][:_PALE]
    others = of(rows(paler)).mark_line(
        strokeWidth=1, color="var(--faint)", opacity=0.35, interpolate="step-before"
    )
    legend = alt.Legend(orient="bottom", columns=2, labelLimit=220)
    lines = of(rows(weakest)).mark_line(strokeWidth=2, interpolate="step-before")
    drawn = others.encode(x=x, y=y, detail="label:N", order="place:Q") + lines.encode(
        x=x, y=y, order="place:Q", color=colours([told[label] for label in weakest]).legend(legend)
    )
    return svg(drawn, "Precision by recall", height=300)


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
    lines = of(data).encode(x=x, y=y, color=colours(list(series)))
    diagonal = of([{"confidence": end, "right": end} for end in (least, 1)]).encode(x=x, y=y)
    drawn = (
        diagonal.mark_line(strokeWidth=1.5, strokeDash=[4, 4], color="var(--faint)")
        + lines.mark_line(strokeWidth=2)
        + lines.mark_point(filled=True, size=45, opacity=1)
    )
    return svg(drawn, "Share of right answers by confidence", height=300)


def differences(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw each arm's difference from the baseline with its 95% interval, in points; 0 is no difference.

    Args:
        rows: `arm`; `difference`, `low` and `high` as fractions; `outcome`: better, worse or no difference.
    """
    import altair as alt

    tones = {"better": "var(--good)", "worse": "var(--bad)"}
    names = display_names([row["arm"] for row in rows])
    data = [
        {
            "label": names[row["arm"]],
            **{end: 100 * row[end] for end in ("difference", "low", "high")},
            "colour": tones.get(row["outcome"], "var(--one)"),
        }
        for row in rows
    ]
    x = alt.X("difference:Q", title="difference in points", axis=alt.Axis(tickCount=6, format="+~f"))
    arms = of(data).encode(y=on_labels(list(names.values())), x=x, color=alt.Color("colour:N", scale=None))
    drawn = (
        of([{"difference": 0}]).mark_rule(color="var(--faint)", strokeDash=[4, 4]).encode(x=x)
        + arms.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q")
        + arms.mark_point(filled=True, size=70, opacity=1)
    )
    return svg(drawn, "Differences from the baseline with 95% intervals", height=40 * len(data))


def _stripes(names: list[str]) -> Any:  # noqa: ANN401  (altair's types do not tell)
    """Return a faint line through each name, to lead the eye."""
    rows = of({"label": name, "start": 0, "end": 1} for name in names)
    return rows.mark_rule(color="var(--line)").encode(y=on_labels(names), x="start:Q", x2="end:Q")


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

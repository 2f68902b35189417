"""How a training went: its curves, its rates, and the search for better options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from datakit.core.history import History
from datakit.reports.charts._drawing import (
    colours,
    figures,
    finite,
    of,
    on_labels,
    room_for_figures,
    svg,
    thinned,
)

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A place in a training that is pointed at."""

    step: int
    epoch: int
    name: str
    grave: bool = False  #: whether something is wrong there


def losses(history: History, marks: Sequence[Mark] = ()) -> str:
    """Draw training and validation loss, nats, by optimizer step, with marks."""
    import altair as alt

    data = [
        *({"at": s.step, "score": finite(s.loss), "series": "training"} for s in thinned(history.steps)),
        *({"at": e.step, "score": finite(e.validation_loss), "series": "validation"} for e in history.epochs),
    ]
    x, y = alt.X("at:Q", title="optimizer step"), alt.Y("score:Q", title="loss (nats)")
    return _curves(data, x=x, y=y, marks=[(m.step, m) for m in marks], alt_text="Loss by optimizer step")


def scores(history: History, marks: Sequence[Mark] = ()) -> str:
    """Draw macro-F1 and accuracy on the validation split by epoch, with marks."""
    import altair as alt

    data = [
        {"at": epoch.epoch, "score": finite(value), "series": name}
        for epoch in history.epochs
        for name, value in (("macro-F1", epoch.macro_f1), ("accuracy", epoch.accuracy))
    ]
    x, y = alt.X("at:O", title="epoch"), alt.Y("score:Q", title="score (0 to 1)")
    return _curves(data, x=x, y=y, marks=[(m.epoch, m) for m in marks], alt_text="Validation scores by epoch")


def trials(trials: Sequence[Mapping[str, Any]]) -> str:
    """Draw what each trial of a search came to, and the best so far; pruned ones where they were ended.

    Args:
        trials: in their order: `number`, `state`, `macro_f1` (None where it is not complete), `epochs` (macro-F1
            after each). At least one is complete or pruned.
    """
    import altair as alt

    complete = [trial for trial in trials if trial["state"] == "complete"]
    pruned = [trial for trial in trials if trial["state"] == "pruned" and trial["epochs"]]
    scores = {trial["number"]: finite(trial["macro_f1"]) or 0.0 for trial in complete}
    later = [trial["number"] for trial in trials if complete and trial["number"] >= complete[0]["number"]]
    best = accumulate((scores.get(number, 0.0) for number in later), max)
    series: dict[str, list[tuple[int, float | None]]] = {
        "complete": [(trial["number"], finite(trial["macro_f1"])) for trial in complete],
        "pruned": [(trial["number"], finite(trial["epochs"][-1])) for trial in pruned],
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
        drawn = of(of_series).encode(x=x, y=y, color=colours(list(rows)))
        if name == "best so far":
            layers.append(drawn.mark_line(strokeWidth=2, interpolate="step-after"))
        else:
            shape = "cross" if name == "pruned" else "circle"
            layers.append(drawn.mark_point(filled=True, size=50, opacity=1, shape=shape))
    return svg(alt.layer(*layers), "Macro-F1 by trial", height=240)


def shares(parts: Mapping[str, float], *, title: str) -> str:
    """Draw parts of a whole, fractions 0..1, as bars, the largest first."""
    import altair as alt

    ranked = sorted(parts, key=lambda name: (-parts[name], name))
    data = [{"label": name, "share": parts[name]} for name in ranked]
    axis = alt.Axis(tickCount=4, format=".0%")
    x = alt.X("share:Q", title=title, scale=room_for_figures(parts.values()), axis=axis)
    bars = of(data).encode(y=on_labels(ranked), x=x)
    drawn = bars.mark_bar(height=18, color="var(--one)") + figures(bars, "share:Q", ".0%")
    return svg(drawn, title, height=34 * len(data))


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
    data = [{"rate": point["rate"], "loss": finite(point["smoothed"])} for point in points]
    layers = []
    if healthy:
        band = of([{"rate": healthy[0], "end": healthy[1]}])
        layers.append(band.mark_rect(fill="var(--three)", fillOpacity=0.14).encode(x=x, x2="end:Q"))
    layers.append(of(data).mark_line(strokeWidth=2, color="var(--one)").encode(x=x, y=y))
    for i, (name, rate) in enumerate(marks.items()):
        mark = of([{"rate": rate, "name": name}]).encode(x=x)
        layers.append(mark.mark_rule(color="var(--faint)", strokeDash=[4, 4]))
        text = mark.mark_text(align="left", dx=5, baseline="top", color="var(--faint)")
        layers.append(text.encode(y=alt.value(16 * i + 4), text="name:N"))
    return svg(alt.layer(*layers), "Loss by learning rate", height=240)


def _curves(
    data: Sequence[Mapping[str, Any]],
    *,
    x: "alt.X",
    y: "alt.Y",
    marks: Sequence[tuple[int, Mark]],
    alt_text: str,
) -> str:
    """Draw one line a `series`, and the marks, one beneath the other, each with its name on the roomier side."""
    import altair as alt

    x = x.axis(labelAngle=0, labelOverlap=True, grid=False, tickMinStep=1, tickCount=6)
    y = y.scale(zero=False).axis(tickCount=6)
    lines = of(data).encode(x=x, y=y, color=colours(list(dict.fromkeys(row["series"] for row in data))))
    few = alt.InlineData(values=[row for row in data if row["series"] != "training"])
    points = lines.mark_point(filled=True, size=45, opacity=1).properties(data=few)
    rules, names = [], []
    last = max((row["at"] for row in data), default=0)
    for place, (at, mark) in enumerate(marks):
        there = of([{"at": at, "name": mark.name}]).encode(x=x)
        colour, right = f"var(--{'bad' if mark.grave else 'faint'})", 2 * at > last
        rules.append(there.mark_rule(color=colour, strokeDash=[4, 4]))
        # With a rim, for a name may reach across the rule of another mark.
        text = there.mark_text(
            align="right" if right else "left",
            dx=-5 if right else 5,
            baseline="top",
            color=colour,
            stroke="var(--card)",
            strokeWidth=4,
        )
        names.append(text.encode(y=alt.value(16 * place), text="name:N"))
    return svg(alt.layer(lines.mark_line(strokeWidth=2), points, *rules, *names), alt_text, height=240)

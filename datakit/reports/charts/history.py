"""Several runs: side by side, and one after another."""

from collections.abc import Mapping, Sequence

from datakit.core.history import Epoch
from datakit.core.story import Line
from datakit.reports.charts._drawing import colours, display_names, finite, of, svg, whole

#: Runs in a plot, at most: the newest ones.
MOST_RUNS = 60


def epochs_of(runs: Mapping[str, Sequence[Epoch]]) -> str:
    """Draw macro-F1 on the validation split by epoch, a line a run.

    Args:
        runs: at least one with an epoch; six at most have a colour.
    """
    import altair as alt

    names = display_names(list(runs))
    data = [
        {"epoch": epoch.epoch, "score": finite(epoch.macro_f1), "series": names[run]}
        for run, epochs in runs.items()
        for epoch in epochs
    ]
    x = alt.X("epoch:O", title="epoch", axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False))
    y = alt.Y("score:Q", title="macro-F1 (0 to 1)", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    lines = of(data).encode(x=x, y=y, color=colours(list(names.values())))
    drawn = lines.mark_line(strokeWidth=2) + lines.mark_point(filled=True, size=45, opacity=1)
    return svg(drawn, "Macro-F1 on validation by epoch", height=240)


def figures_of_runs(lines: Sequence[Line], *, promoted: frozenset[str]) -> str:
    """Draw macro-F1 on the test split by run with its 95% interval, the linear baseline as a tick beside it.

    Args:
        lines: the oldest first; at least one with a figure.
        promoted: runs whose models were promoted: another colour.
    """
    import altair as alt

    kinds = {"promoted": "var(--good)", "model": "var(--one)"}
    data = [
        {
            "run": place,
            "score": line.macro_f1,
            "low": line.macro_f1_interval[0] if line.macro_f1_interval else None,
            "high": line.macro_f1_interval[1] if line.macro_f1_interval else None,
            "linear": line.linear,
            "kind": "promoted" if line.run in promoted else "model",
        }
        for place, line in enumerate(lines, 1)
        if line.macro_f1 is not None
    ][-MOST_RUNS:]
    there = [kind for kind in kinds if any(row["kind"] == kind for row in data)]
    scale = alt.Scale(domain=[*there, "linear baseline"], range=[*(kinds[kind] for kind in there), "var(--faint)"])
    x = alt.X("run:O", title="run, the oldest first", axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False))
    y = alt.Y("score:Q", title="macro-F1 (0 to 1)", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))
    models = of(data).encode(x=x, color=alt.Color("kind:N", scale=scale))
    baselines = of({**row, "kind": "linear baseline"} for row in data if row["linear"] is not None)
    drawn = (
        models.mark_rule(strokeWidth=2, opacity=0.55).encode(y=alt.Y("low:Q"), y2="high:Q")
        + baselines.mark_tick(thickness=2, width=12).encode(
            x=x, y=alt.Y("linear:Q"), color=alt.Color("kind:N", scale=scale)
        )
        + models.mark_point(filled=True, size=60, opacity=1).encode(y=y)
    )
    return svg(drawn, "Macro-F1 by run", height=240)


def rows_of_runs(lines: Sequence[Line]) -> str:
    """Draw how many rows each run had: usable ones, those of train, and those of train with the new ones.

    Args:
        lines: the oldest first; at least one that has rows.
    """
    import altair as alt

    data = [
        {"run": place, "rows": n, "series": title}
        for place, line in list(enumerate(lines, 1))[-MOST_RUNS:]
        for title, n in (
            ("usable", line.rows),
            ("train", line.train),
            ("train with new rows", line.train + line.new if line.train is not None and line.new else None),
        )
        if n is not None
    ]
    there = list(dict.fromkeys(str(row["series"]) for row in data))
    x = alt.X("run:O", title="run, the oldest first", axis=alt.Axis(labelAngle=0, labelOverlap=True, grid=False))
    y = alt.Y("rows:Q", title="rows", axis=whole())
    drawn = of(data).encode(x=x, y=y, color=colours(there))
    return svg(
        drawn.mark_line(strokeWidth=2) + drawn.mark_point(filled=True, size=45, opacity=1),
        "Rows by run",
        height=240,
    )

"""What the rows are like, and where they go."""

from collections.abc import Mapping

from datakit.reports.charts._drawing import (
    colours,
    display_names,
    figures,
    of,
    on_labels,
    room_for_figures,
    svg,
    whole,
)

#: Labels in a bar chart, at most; the caller says so where there are more.
MOST_BARS = 40

_BINS = 30  # of a histogram, at most
_FAR = 1.5  # times the longest text: a limit farther off would only press the bars together


def funnel(rows: Mapping[str, int], *, lost: frozenset[str] = frozenset()) -> str:
    """Draw how many rows stand at each station, top to bottom; those `lost` in a colour of warning."""
    import altair as alt

    names = display_names(list(rows))
    data = [
        {"label": names[name], "rows": n, "colour": "var(--bad)" if name in lost else "var(--one)"}
        for name, n in rows.items()
    ]
    x = alt.X("rows:Q", title="rows", scale=room_for_figures(rows.values()), axis=whole())
    bars = of(data).encode(y=on_labels(list(names.values())), x=x)
    drawn = bars.mark_bar(height=18).encode(color=alt.Color("colour:N", scale=None))
    return svg(drawn + figures(bars, "rows:Q", ","), "Rows at each station of the run", height=28 * len(data))


def label_counts(counts: Mapping[str, int], new: Mapping[str, int]) -> str:
    """Draw rows by label, the largest labels first, new rows at the end of those that were there.

    Of more than `MOST_BARS` labels, the largest and the smallest halves of so many are drawn.

    Args:
        counts: rows by label.
        new: rows that were added, by label; empty where there are none.
    """
    import altair as alt

    ranked = sorted(counts, key=lambda label: (-counts[label], label))
    if len(ranked) > MOST_BARS:
        ranked = ranked[: MOST_BARS // 2] + ranked[-(MOST_BARS // 2) :]
    names = display_names(ranked)
    series = {"rows as they were": counts, "new rows": new} if any(new.values()) else {"rows": counts}
    data = [
        {"label": name, "series": title, "rows": of_series.get(label, 0), "order": order}
        for label, name in names.items()
        for order, (title, of_series) in enumerate(series.items())
    ]
    sums = [
        {
            "label": name,
            "rows": counts[label] + new.get(label, 0),
            "told": f"{counts[label]:,}" + (f" + {new[label]:,}" if new.get(label) else ""),
        }
        for label, name in names.items()
    ]
    y = on_labels(list(names.values()))
    widest = [counts[label] + new.get(label, 0) for label in names]
    scale = room_for_figures(widest, 1.3 if len(series) > 1 else 1.15)
    x = alt.X("rows:Q", title="rows", scale=scale, axis=whole())
    bars = of(data).mark_bar(height=14).encode(y=y, x=x, color=colours(list(series)), order="order:O")
    told = of(sums).mark_text(align="left", dx=5).encode(y=y, x=x, text="told:N")
    return svg(bars + told, f"Rows by label: {', '.join(series)}", height=24 * len(names))


def token_lengths(lengths: Mapping[int, int], limit: int) -> str:
    """Draw how many texts have how many tokens; those beyond the limit in a colour of warning.

    Args:
        lengths: texts by their number of tokens; at least one.
        limit: tokens that the model reads; not drawn where it is far beyond the longest text.
    """
    import altair as alt

    longest = max(lengths)
    width = max(1, -(-longest // _BINS))
    binned: dict[int, int] = {}
    for tokens, texts in lengths.items():
        # A bin ends at the limit: no text stands on the wrong side of it.
        start = tokens - (tokens - limit - 1) % width
        binned[start] = binned.get(start, 0) + texts
    data = [
        {
            "start": max(0, start),
            "end": start + width,
            "texts": n,
            "colour": f"var(--{'bad' if start > limit else 'one'})",
        }
        for start, n in sorted(binned.items())
    ]
    near = limit <= _FAR * longest
    right = max(longest, limit if near else 0) + width
    scale = alt.Scale(domain=[0, right], nice=False)
    x = alt.X(
        "start:Q", title="tokens of a text", scale=scale, axis=alt.Axis(grid=False, tickCount=6, format=",d")
    )
    y = alt.Y("texts:Q", title="texts", axis=whole())
    bars = of(data).encode(x=x, x2="end:Q", y=y, y2=alt.datum(0), color=alt.Color("colour:N", scale=None))
    drawn = alt.layer(bars.mark_rect(stroke="var(--card)", strokeWidth=1))
    if near:
        mark = of([{"start": limit + 1, "name": f"limit {limit:,}"}]).encode(x=x)
        drawn += mark.mark_rule(color="var(--ink)", strokeDash=[4, 4])
        drawn += mark.mark_text(align="right", dx=-5, baseline="top", color="var(--ink)").encode(
            y=alt.value(2), text="name:N"
        )
    return svg(drawn, "Texts by their number of tokens", height=220)


def moved(shares: Mapping[str, tuple[float, float]], *, before: str, now: str) -> str:
    """Draw how each label's share has moved.

    Args:
        shares: by label, fractions 0..1 before and now.
        before: what the first ones are of.
        now: what the second ones are of.
    """
    import altair as alt

    names = display_names(list(shares))
    ends = [
        {"label": names[label], "share": share, "series": title}
        for label, both in shares.items()
        for title, share in zip((before, now), both, strict=True)
    ]
    ways = [{"label": names[label], "share": first, "end": last} for label, (first, last) in shares.items()]
    y = on_labels(list(names.values()))
    x = alt.X("share:Q", title="share of the labels", axis=alt.Axis(tickCount=5, format=".0%"))
    drawn = of(ways).mark_rule(strokeWidth=2, color="var(--line)").encode(y=y, x=x, x2="end:Q")
    drawn += of(ends).mark_point(filled=True, size=70, opacity=1).encode(y=y, x=x, color=colours([before, now]))
    return svg(drawn, f"Shares of labels in {before} and {now}", height=32 * len(names))

"""The front page of a workspace: its runs one after another, and what became of their models."""

from collections.abc import Sequence
from typing import Any

from datakit.core.story import Chronicle, Line
from datakit.core.wording import counted
from datakit.reports import charts
from datakit.reports.document import Head, Section, Verdict, document, moment
from datakit.reports.page import Plot, plot

_SECTIONS = (
    Section(name="history", title="History"),
    Section(name="lines", title="Runs"),
    Section(name="promotions", title="Promotions"),
    Section(name="jobs", title="Jobs"),
)

_LINES = 200  # runs in the table, the newest
_PROMOTED = frozenset({"promoted", "forced", "rolled back"})


def render(chronicle: Chronicle, *, folder: str) -> str:
    """Return the index of a workspace as one HTML document, the same text for the same runs.

    It links to the reports in the runs' folders, and to nothing else.

    Args:
        chronicle: what to tell.
        folder: that of the runs, as a URL relative to where the document will stand.
    """
    lines = chronicle.lines
    head = Head(
        brand="datakit index",
        title=chronicle.project,
        facts={"runs": f"{len(lines):,}", "newest": moment(lines[-1].created) if lines else "none"},
        verdict=_verdict(chronicle),
    )
    shown = {
        "plots": list(_plots(chronicle)),
        "lines": lines[: -_LINES - 1 : -1],
        "more": max(0, len(lines) - _LINES),
        "numbers": {line.run: number for number, line in enumerate(lines, 1)},
        "folder": folder,
        "champion": chronicle.champion,
        "promotions": chronicle.promotions[::-1],
        "jobs": chronicle.jobs,
    }
    return document(head, _SECTIONS, shown)


def _verdict(chronicle: Chronicle) -> Verdict:
    lines = chronicle.lines
    if not lines:
        return Verdict(
            tone="mixed", headline="No runs yet", account={}, next=("datakit validate path/to/raw.jsonl",)
        )
    newest = lines[-1]
    account: dict[str, Any] = {"Newest": _told(newest)}
    champion = next((line for line in lines if line.run == chronicle.champion), None)
    if champion is not None:
        account["Champion"] = f"{champion.run}: {_told(champion)}"
    elif chronicle.champion:
        account["Champion"] = f"{chronicle.champion}; its folder is gone."
    tone = "good" if newest.outcome == "done" else "bad"
    if len({line.tested_on for line in lines if line.macro_f1 is not None}) > 1:
        account["Mind"] = "Not all runs have the same test rows: their figures are not of the same thing."
    return Verdict(tone=tone, headline=f"The newest run: {newest.outcome}", account=account)


def _told(line: Line) -> str:
    if line.macro_f1 is None:
        return f"{line.command}, {counted(sum(line.findings.values()), 'finding')}."
    low, high = line.macro_f1_interval or (line.macro_f1, line.macro_f1)
    rows = counted(line.test or 0, "test row")
    return f"{line.command}; macro-F1 {line.macro_f1:.3f} ({low:.3f} to {high:.3f}) on {rows}."


def _plots(chronicle: Chronicle) -> Sequence[Plot]:
    lines, plots = chronicle.lines, []
    newest = f" Shown are the newest {charts.MOST_RUNS}." if len(lines) > charts.MOST_RUNS else ""
    if any(line.macro_f1 is not None for line in lines):
        promoted = frozenset(str(one["run"]) for one in chronicle.promotions if one["event"] in _PROMOTED)
        drawn = charts.figures_of_runs(lines, promoted=promoted)
        note = f"On the test split of each run, with 95% intervals.{newest}"
        plots.append(plot(title="Macro-F1 by run", svg=drawn, note=note))
    if any(line.rows is not None for line in lines):
        drawn = charts.rows_of_runs(lines)
        plots.append(plot(title="Rows by run", svg=drawn, note=f"What each run had to learn from.{newest}"))
    return plots

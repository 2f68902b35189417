"""The same story on a terminal: one screen a verb. Text from the data is shown as it is, never as markup."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partialmethod
from itertools import chain
from typing import Any, Literal, NamedTuple, TextIO, cast

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from datakit.core.findings import Finding, Report, Severity
from datakit.core.story import Sample
from datakit.core.wording import counted

BAR = 24  # columns of the longest bar
FULL = 80  # columns of a line of the manual behind which it goes on
CURVE = 60  # columns of a curve, at most
PIPED = 120  # columns of what is written to a file or a pipe
SHOWN = 12  # labels shown before the rest is summed up
LOST = 0.01  # of the tokens, 0..1: so much may be left unread without a word

# Unicode has pictures of the first 32 and of DEL; ESC is ␛. Those from 128 to 159 command some terminals too.
_SIGNS = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {127: 0x2421}
_SIGNS |= dict.fromkeys(range(128, 160), 0xFFFD)

_HEIGHTS = "▁▂▃▄▅▆▇█"
_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_VERDICTS = {"proved": "bold green", "withdrawn": "bold red", "not shown": "yellow"}
_MARK = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.INFO: "·"}


class _Console(Console):
    """Shows control characters as signs: a label or a text that holds them would command the terminal."""

    # Tables fit anyway; the path of a file that is longer than a line is to be copied whole.
    print = partialmethod(Console.print, crop=False)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:  # what `Console` itself is told by, such as colours, is added after this
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))


class _Trimmed:
    """A file to which lines are written without the blanks that fill up the cells of a table."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.encoding = file.encoding

    def write(self, text: str) -> int:
        """Write whole lines."""
        return self._file.write(_BLANK_ENDS.sub("", text))

    def flush(self) -> None:
        """Hand on what was written."""
        self._file.flush()


_BLANK_ENDS = re.compile(" +$", re.MULTILINE)


def console() -> Console:
    """Return the console of standard output; without colours, and wider, where it is no terminal."""
    if sys.stdout.isatty():
        return _Console(highlight=False)
    width = None if os.environ.get("COLUMNS") else PIPED
    return _Console(file=cast("TextIO", _Trimmed(sys.stdout)), width=width, highlight=False)


def visible(text: str) -> str:
    """Return text with a sign for each control character but line ends and tabs."""
    return text.translate(_SIGNS)


def stage(report: Report, *, ran: bool) -> RenderableType:
    """Return what one stage has to say."""
    body = _BODIES.get(report.stage, _figures)(report)
    return Group(
        Text.assemble((report.stage, "bold"), ("" if ran else "  unchanged, skipped", "dim")),
        Padding(Group(*body, *map(_finding, sorted(report.findings, key=_weight))), (0, 0, 0, 2)),
    )


def unchanged(name: str) -> RenderableType:
    """Return the line of a stage that was not run again."""
    return Text.assemble((name, "bold"), ("  unchanged, skipped", "dim"))


def stopped(name: str, codes: Sequence[str]) -> RenderableType:
    """Return the last lines when a gate has stopped the pipeline."""
    accept = " ".join(f"--accept {code}" for code in codes)
    return Group(
        Text.assemble(("gate failed: ", "bold red"), f"{name} has error findings"),
        Text.assemble(("next: ", "dim"), f"mend what they name, or accept them with {accept}"),
    )


def nothing_to_do(run: str) -> RenderableType:
    """Return the line that says that everything is up to date."""
    return Text(f"nothing to do: everything is as run {run} left it", style="dim")


def note(text: str, *, indent: int = 0) -> RenderableType:
    """Return a remark, in a paler colour."""
    return Padding(Text(text, style="dim"), (0, 0, 0, indent))


def written(what: str, path: str) -> RenderableType:
    """Return the line that names a file."""
    return _whole((f"{what}: ", "dim"), path)


def next_command(command: str) -> RenderableType:
    """Return the line that names the next command to type."""
    return _whole(("next: ", "dim"), (command, "bold cyan"))


def _whole(*parts: str | tuple[str, str]) -> RenderableType:
    """Return a line that is to be copied, and so is never broken."""
    return Group(
        Text.assemble(*parts, overflow="ignore", no_wrap=True)
    )  # a bare text would be joined, and wrapped


def facts(pairs: Mapping[str, str]) -> RenderableType:
    """Return names and values in two columns."""
    grid = Table.grid(padding=(0, 2))
    for name, value in pairs.items():
        grid.add_row(Text(name, style="dim"), Text(value))
    return grid


def names(family: str, known: Sequence[str]) -> RenderableType:
    """Return what a family of names is called, and below it the names."""
    return Group(Text(family, style="bold"), Padding(Text(", ".join(known)), (0, 0, 0, 2)))


def manual(pages: str) -> RenderableType:
    """Return pages of the manual with their paragraphs broken anew; what is indented stays so."""
    blocks: list[tuple[int, str]] = []
    full = False
    for line in pages.splitlines():
        text = line.lstrip()
        indent = len(line) - len(text)
        if full and text and blocks[-1][0] == indent:
            blocks[-1] = indent, f"{blocks[-1][1]} {text}"
        else:
            blocks.append((indent, text))
        full = len(line) > FULL
    return Group(*(Padding(Text(text), (0, 0, 0, indent)) for indent, text in blocks))


def plan(rows: Iterable[tuple[str, bool, Sequence[str]]]) -> RenderableType:
    """Return one line a stage: its name, whether it would run, and why."""
    grid = Table.grid(padding=(0, 2))
    for name, runs, why in rows:
        state = Text("would run", style="yellow") if runs else Text("up to date", style="green")
        grid.add_row(Text(name, style="bold"), state, Text(_reasons(why), style="dim"))
    return grid


def table(rows: Sequence[Mapping[str, Any]], *, whole: Sequence[str] = ()) -> RenderableType:
    """Return mappings with the same keys as a table; missing values are blank.

    Args:
        rows: the mappings.
        whole: keys of texts that are not to be broken, as numbers are not.
    """
    result = Table(box=None, pad_edge=False, header_style="dim")
    for name in rows[0]:
        told = any(isinstance(row[name], str) for row in rows)
        side: Literal["left", "right"] = "left" if told else "right"
        title = _TITLES.get(name, name.replace("_", " "))
        result.add_column(title, justify=side, overflow="fold", no_wrap=name in whole or not told)
    for row in rows:
        result.add_row(*(Text(_shown(value)) for value in row.values()))
    return result


_TITLES = {"macro_f1": "macro-F1", "micro_f1": "micro-F1"}


def rates(
    rates: Sequence[float], losses: Sequence[float], *, healthy: tuple[float, float] | None, lowest: float
) -> RenderableType:
    """Return the curve of a learning-rate range test, from the lowest rate to the highest, and what it says."""
    step = -(-len(losses) // CURVE)
    low, high = min(losses), max(losses)
    heights = [round((loss - low) / (high - low or 1) * (len(_HEIGHTS) - 1)) for loss in losses[::step]]
    ends = f"{rates[0]:.0e}", f"{rates[-1]:.0e}"
    told = {
        "loss": f"{losses[0]:.3f} at the beginning, {low:.3f} at the lowest",
        "weights move healthily": f"from {healthy[0]:.1e} to {healthy[1]:.1e}"
        if healthy
        else "at none of the rates",
        "lowest at": f"{lowest:.1e}: a peak rate stays well below it",
    }
    return Group(
        Text("".join(_HEIGHTS[height] for height in heights), style="cyan"),
        Text(ends[0] + ends[1].rjust(len(heights) - len(ends[0])), style="dim"),
        facts(told),
    )


def repair(shown: Mapping[str, Any]) -> RenderableType:
    """Return what became of a repair, a block an attempt; see `repaired.as_shown`."""
    blocks: list[RenderableType] = [Text.assemble(("repair", "bold"), f"  {shown['headline']}")]
    for attempt in shown["attempts"]:
        style = _VERDICTS[attempt["verdict"]]
        blocks.append(Text.assemble((attempt["code"], "bold"), "  ", (attempt["verdict"], style)))
        blocks.append(Padding(facts(dict(attempt["facts"])), (0, 0, 0, 2)))
    return Group(*blocks, facts(dict(shown["facts"])))


def outlook(rows: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Return what augmentation would set out to do, one line a label."""
    names = {"planned": "new rows", "parents": "rows to make them from", "reason": "fewer because"}
    shown = [{names.get(name, name): value for name, value in row.items()} for row in rows]
    return table([{**row, "fewer because": row["fewer because"] or ""} for row in shown])


def samples(rows: Iterable[tuple[str, Sample]]) -> RenderableType:
    """Return new rows, by id, beside their parents: what was taken out is red, what was put in green."""
    shown = []
    for id_, row in rows:
        parent, new, at = Text(), Text(), 0
        for start, stop, text in row.edits:
            for side in (parent, new):
                side.append(_visible(row.parent[at:start]))
            parent.append(_visible(row.parent[start:stop]), "red strike")
            new.append(_visible(text), "green underline")
            at = stop
        for side in (parent, new):
            side.append(_visible(row.parent[at:]))
        shown.append(_beside(Text.assemble((row.label, "bold"), (f"  {id_}", "dim")), parent, new))
    return Group(*shown)


def rejected(rows: Iterable[tuple[str, str, str, str]]) -> RenderableType:
    """Return texts that were not taken: operator, the parent's text, the new one, and why."""
    return Group(
        *(
            _beside(
                Text.assemble("not taken, ", (reason, "yellow"), (f"  {op}", "dim")),
                Text(_visible(parent)),
                Text(_visible(text)),
            )
            for op, parent, text, reason in rows
        )
    )


def _beside(heading: Text, left: Text, right: Text) -> RenderableType:
    sides = Table.grid(padding=(0, 2), expand=True)
    for _ in (left, right):
        sides.add_column(ratio=1, overflow="fold")
    sides.add_row(left, right)
    return Group(heading, Padding(sides, (0, 0, 1, 2)))


#: Characters that move the cursor or change what the terminal does, a stand-in for each.
_CONTROLS = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code != ord("\n")}


def _visible(text: str) -> str:
    return text.translate(_CONTROLS)


def _validate(report: Report) -> list[RenderableType]:
    profile = report.figures["profile"]
    columns = " ".join(f"{role}={name}" for role, name in report.figures["columns"].items())
    quarantined = sum(report.figures["quarantined"].values())
    line = Text(f"{profile['rows']:,} rows to learn from · {profile['classes']} labels · {columns}")
    kept = [Text(f"{counted(quarantined, 'row')} in quarantine", style="yellow")] if quarantined else []
    notes = [
        Text(f"{split}: {note}", style="dim") for split, told in report.figures["notes"].items() for note in told
    ]
    return [line, *notes, *kept, _bars({"rows": profile["label_counts"]})]


def _split(report: Report) -> list[RenderableType]:
    figures = report.figures
    rows = ", ".join(f"{name} {n:,}" for name, n in figures["rows"].items())
    clean = "no text on both sides" if figures["clean"] else "not clean"
    return [Text(f"{rows} · {clean}")]


def _augment(report: Report) -> list[RenderableType]:
    figures = report.figures
    if not any(figures["wanted"][label] > n for label, n in figures["before"].items()):
        return [Text("no new rows asked for")]
    after = {label: n + figures["added"].get(label, 0) for label, n in figures["before"].items()}
    rejected = sum(figures["rejected"].values())
    line = Text(
        f"new rows: {figures['new_rows']:,} · candidates rejected: {rejected:,} · validation and test untouched"
    )
    along = {
        label: n for label, n in figures["added"].items() if n and figures["wanted"][label] <= after[label] - n
    }
    grown = ", ".join(f"{label} +{n:,}" for label, n in along.items())
    notes = [f"grew along, on rows that they share: {grown}"] if grown else []
    return [
        line,
        *(Text(note, style="dim") for note in (*_made_by(figures), *notes)),
        _bars({"before": figures["before"], "after": after}),
    ]


def _made_by(figures: Mapping[str, Any]) -> Iterator[str]:
    """Yield who made the new rows and of what language they are, and what data and models were used."""
    made = ", ".join(f"{name} {n:,}" for name, n in figures["made_by"].items())
    yield f"made by: {made} · language: {figures['language'] or 'not clear'}"
    if figures["uses"]:
        yield "using " + ", ".join(f"{role} {value}" for role, value in figures["uses"].items())


def _finetune(report: Report) -> list[RenderableType]:
    figures = report.figures
    best = figures["validation"]
    suggested = ", suggested" if figures.get("learning_rate_trials") else ""
    how = f"{figures['model']} · learning rate {figures['learning_rate']:g}{suggested}"
    epoch = f"best epoch {figures['best_epoch']} of {figures['epochs_run']}"
    scores = f"validation macro-F1 {best['macro_f1']:.3f}, accuracy {best['accuracy']:.3f}"
    lost, cached = figures.get("tokens_lost") or 0.0, figures.get("cached_blocks")
    more = [f"{cached} frozen blocks computed once, then cached"] if cached else []
    if lost > LOST:
        more.append(f"{lost:.1%} of the tokens lie beyond max_length and were not read")
    return [Text(f"{how} · {epoch} · {scores}"), *(Text(note, style="dim") for note in more)]


def _evaluate(report: Report) -> list[RenderableType]:
    return [_figures_of_models(report, "test split")]


def _preflight(report: Report) -> list[RenderableType]:
    return [_figures_of_models(report, "to beat, on validation")]


def _figures_of_models(report: Report, heading: str) -> RenderableType:
    several = any("micro_f1" in metrics for metrics in report.figures.values())
    shown = {"macro_f1": "macro-F1"} | ({"micro_f1": "micro-F1"} if several else {"accuracy": "accuracy"})
    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column(heading)
    for name in shown.values():
        grid.add_column(name, justify="right")
        grid.add_column("95% interval", justify="right")
    for name, metrics in report.figures.items():
        cells = [(f"{metrics[field]:.3f}", _interval(metrics[f"{field}_interval"])) for field in shown]
        grid.add_row(Text(name, style="bold" if name == "model" else ""), *chain.from_iterable(cells))
    return grid


def _diagnose(report: Report) -> list[RenderableType]:
    return [] if report.findings else [Text("no fault of training recognised", style="green")]


def _figures(report: Report) -> list[RenderableType]:
    return [facts({name: _shown(value) for name, value in report.figures.items()})]


_BODIES = {
    "validate": _validate,
    "split": _split,
    "augment": _augment,
    "preflight": _preflight,
    "finetune": _finetune,
    "evaluate": _evaluate,
    "diagnose": _diagnose,
}


def _bars(columns: Mapping[str, Mapping[str, int]]) -> RenderableType:
    """Return labels with their counts, and bars for the last column."""
    last = list(columns.values())[-1]
    total, most = sum(last.values()) or 1, max(last.values(), default=1) or 1
    grid = Table(box=None, pad_edge=False, header_style="dim")
    grid.add_column("label", max_width=40)
    for name in (*columns, "share"):
        grid.add_column(name, justify="right", no_wrap=True)
    grid.add_column("")
    for label, n in list(last.items())[:SHOWN]:
        rows = (f"{counts[label]:,}" for counts in columns.values())
        grid.add_row(_label(label), *rows, f"{n / total:.1%}", _Bar(n / most))
    if len(last) > SHOWN:
        rest = list(last)[SHOWN:]
        sums = (f"{sum(counts[label] for label in rest):,}" for counts in columns.values())
        grid.add_row(Text(f"{len(rest)} more labels", style="dim"), *sums, "", "")
    return grid


class _Bar(NamedTuple):
    """A bar that is shorter where the terminal is narrow."""

    share: float  #: of the longest bar, 0..1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        blocks = max(1, round(self._longest(options) * self.share)) if self.share else 0
        yield Text("█" * blocks, style="cyan")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, self._longest(options))

    def _longest(self, options: ConsoleOptions) -> int:
        return min(BAR, options.max_width)


def _label(label: str) -> Text:
    """Return a label; between quotes where the blanks at its ends could not be seen."""
    return Text(label if label == label.strip() else repr(label))


def _weight(finding: Finding) -> int:
    return list(_MARK).index(finding.severity)


def _finding(finding: Finding) -> RenderableType:
    """Return what is wrong, what to do, and where; of a remark only the first."""
    style = _STYLE[finding.severity]
    where = f" ({finding.split})" if finding.split not in (None, "train") else ""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(overflow="fold")
    grid.add_row(
        Text(_MARK[finding.severity], style=style),
        Text.assemble((finding.code, style), f"{where}  {finding.message}"),
    )
    if finding.severity is Severity.INFO:
        return grid
    grid.add_row("", Text.assemble(("fix: ", "dim"), finding.fix))
    if finding.lines and len(finding.lines) <= len(finding.rows or finding.lines):
        more = f", … ({len(finding.lines):,} in all)" if len(finding.lines) > 8 else ""  # noqa: PLR2004
        grid.add_row("", Text(f"lines {', '.join(map(str, finding.lines[:8]))}{more}", style="dim"))
    return grid


def _reasons(why: Sequence[str]) -> str:
    if not why:
        return ""
    return why[0] if len(why) == 1 and " " in why[0] else "changed: " + ", ".join(why)


def _interval(bounds: Sequence[float]) -> str:
    return f"{bounds[0]:.3f}-{bounds[1]:.3f}"


def _shown(value: Any) -> str:  # noqa: ANN401  (JSON-able)
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)

"""What is said of a training that datakit did not run, on a terminal: what is missing is said too."""

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from datakit.core.findings import Report
from datakit.reports import terminal


def judged(report: Report) -> RenderableType:
    """Return the findings, what the log holds, what it lacks, and how it was read.

    Args:
        report: of `pipeline.diagnosing.diagnosed_log`.
    """
    figures = report.figures
    log = figures["log"]
    counted = f"records of the loss: {log['records']:,}, evaluations: {log['evaluations']:,}"
    if log["loss"]:
        counted += f"; loss {log['loss'][0]:.3f} to {log['loss'][1]:.3f}"
    if log["relative_loss"] is not None:
        counted += f", at the end {log['relative_loss']:.0%} of a blind answer's"
    silent = Text("nothing was learnt, and what the log holds does not tell why", style="yellow")
    unexplained = log["learnt_nothing"] and not report.findings
    heading = Group(Text("diagnose", style="bold"), Padding(silent, (0, 0, 0, 2)))
    told = {
        "log": log["path"],
        "": counted,
        "notes": "; ".join(figures["notes"]),
        "not in it": ", ".join(figures["lacking"]),
        "not asked": ", ".join(figures["not_asked"]),
    }
    shown = terminal.facts({name: value for name, value in told.items() if value})
    return Group(heading if unexplained else terminal.stage(report, ran=True), Padding(shown, (0, 0, 0, 2)))

"""Plots as SVG text, to stand inside an HTML page: static, without script, in colours that the page decides.

Colours are CSS variables of the page (`--ink`, `--faint`, `--line`, `--one` to `--six`, `--good`, `--bad`,
`--on-one`), so that one drawing serves light, dark and paper. Values of the data set are only ever data of a
plot, never field names or expressions.
"""

from datakit.reports.charts._drawing import COLOURS, display_names, legible
from datakit.reports.charts.data import MOST_BARS, funnel, label_counts, moved, token_lengths
from datakit.reports.charts.history import MOST_RUNS, epochs_of, figures_of_runs, rows_of_runs
from datakit.reports.charts.tested import (
    FEW,
    MOST_CELLS,
    MOST_CURVES,
    MOST_LABELS,
    confusion,
    differences,
    per_class,
    precision_recall,
    reliability,
)
from datakit.reports.charts.training import Mark, losses, rates, scores, shares, trials

__all__ = [
    "COLOURS",
    "FEW",
    "MOST_BARS",
    "MOST_CELLS",
    "MOST_CURVES",
    "MOST_LABELS",
    "MOST_RUNS",
    "Mark",
    "confusion",
    "differences",
    "display_names",
    "epochs_of",
    "figures_of_runs",
    "funnel",
    "label_counts",
    "legible",
    "losses",
    "moved",
    "per_class",
    "precision_recall",
    "rates",
    "reliability",
    "rows_of_runs",
    "scores",
    "shares",
    "token_lengths",
    "trials",
]

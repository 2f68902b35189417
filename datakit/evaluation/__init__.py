"""How good predictions are, with intervals, beside the plain baselines."""

from datakit.evaluation.baselines import baselines
from datakit.evaluation.metrics import ClassMetrics, Metrics, macro_f1, measure

__all__ = ["ClassMetrics", "Metrics", "baselines", "macro_f1", "measure"]

"""How good predictions are, with intervals, beside the plain baselines."""

from datakit.evaluation.baselines import baselines
from datakit.evaluation.evaluate import Evaluation, evaluate
from datakit.evaluation.metrics import ClassMetrics, Metrics, macro_f1, measure

__all__ = ["ClassMetrics", "Evaluation", "Metrics", "baselines", "evaluate", "macro_f1", "measure"]

"""Whether one way of making a model is better than another, or only luckier: paired over seeds and test rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from datakit.evaluation.counts import Counts, Patterns, by_label, f1_scores
from datakit.evaluation.truth import Bools, Floats

ALPHA = 0.05  # of a winner where there is none; the intervals are of 95%
POWER = 0.8  # Cohen 1988: the usual chance that a difference which is there shall be seen

#: Returns one figure a model, (...), from counts with labels last, (..., k).
Figure = Callable[[Counts], Floats]


def macro_f1(counts: Counts) -> Floats:
    """Return the mean F1 over the labels; one that no row carries and none gets counts as 0."""
    return np.asarray(f1_scores(counts).mean(axis=-1))


def recall_of(label: int) -> Figure:
    """Return the figure "recall of one label", given as its index."""
    return lambda counts: by_label(counts)["recall"][..., label]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One arm less the baseline in one figure; all but `p`, `p_holm`, `freedom` in units of the figure (0..1)."""

    baseline: str
    arm: str
    baseline_mean: float  # over the seeds
    arm_mean: float
    difference: float
    low: float  # 95% interval of the difference, by itself
    high: float
    error: float  # its standard error, of seeds and rows together
    freedom: float  # degrees of freedom of `error`
    p: float  # two-sided, by itself
    p_holm: float  # adjusted for all comparisons made together
    detectable: float  # the least true difference that would be seen `POWER` of the time, after Holm

    @property
    def outcome(self) -> str:
        """`better`, `worse`, or `no difference` that could be shown."""
        if self.p_holm >= ALPHA:
            return "no difference"
        return "better" if self.difference > 0 else "worse"


def compare(truth: Bools, arms: Mapping[str, Bools], figure: Figure, *, seed: int = 13) -> tuple[Difference, ...]:
    """Compare each arm with the first, the baseline, in their order; p values are adjusted for their number.

    Two things are luck: which rows are in the test split, and which seeds the models were trained with. The
    variance of a difference is the sum of both:

        rows  the variance of the mean over the seeds, when rows are drawn anew (2,000 times, the same ones for all
              models of both arms);
        seeds the variance of the differences between models of one seed, divided by the number of seeds, less
              the part of it that is in `rows` already (the interaction of rows and seeds).

    Drawing the seeds anew as well would understate their part by (seeds - 1) / seeds, count the interaction
    thrice, and give them the tails of a normal distribution. So the seeds' part is computed, not drawn, and the
    interval is Student's, with Satterthwaite's degrees of freedom: seeds - 1 where the seeds' luck prevails; where
    that of the rows does, one less than the rows on which the arms differ: a few such rows decide little, however
    many there are on which all models agree.

    Sources: McCullagh 2000 (Resampling and exchangeable arrays) and Owen 2007 (The pigeonhole bootstrap) for
    the two-level bootstrap's variance; Hesterberg 2015 (What teachers should know about the bootstrap) for its
    narrowness with few draws; Satterthwaite 1946; Holm 1979; Card et al. 2020 (With little power comes great
    responsibility) for the detectable difference.

    Args:
        truth: (rows, k), which labels each row carries; see `truth.Truth`.
        arms: (seeds, rows, k) by name, which labels each model gave; the same rows and seeds in the same order.
        figure: what is compared. For the recall of a label hand in the rows that carry it: no others matter.
        seed: of the bootstrap.

    Raises:
        ValueError: shapes that do not fit, or fewer than two arms.
    """
    if len(arms) < 2 or {arm.shape for arm in arms.values()} != {(_seeds(arms), *truth.shape)}:  # noqa: PLR2004
        raise ValueError(f"truth {truth.shape}, arms {[arm.shape for arm in arms.values()]}")
    first, *others = arms
    estimates = [_estimate(truth, arms[first], arms[name], figure, seed) for name in others]
    adjusted = holm([one.p for one in estimates])
    return tuple(
        one.told(first, name, p_holm, len(others))
        for name, one, p_holm in zip(others, estimates, adjusted, strict=True)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values adjusted for their number by Holm's step-down method, in the order given.

    For several data sets hand in the p values of all of them at once.
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values, float)[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return [float(p) for p in adjusted]


def mcnemar(truth: Bools, first: Bools, second: Bools) -> float:
    """Return the mid-p value of McNemar's exact test that two models are right equally often.

    Source: Fagerland, Lydersen & Laake 2013: the exact test is too cautious, the mid-p one keeps its level.

    Args:
        truth: (rows, k).
        first: (rows, k), the labels that one model gave.
        second: the same of the other.
    """
    from scipy.stats import binom

    right, other = ((model == truth).all(axis=-1) for model in (first, second))
    fewer, more = sorted((int((right & ~other).sum()), int((other & ~right).sum())))
    n = fewer + more
    return min(1.0, float(2 * binom.cdf(fewer, n, 0.5) - binom.pmf(fewer, n, 0.5))) if n else 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Estimate:
    baseline_mean: float
    arm_mean: float
    error: float
    freedom: float

    @property
    def difference(self) -> float:
        return self.arm_mean - self.baseline_mean

    @property
    def p(self) -> float:
        from scipy.stats import t

        if self.error == 0:
            return float(self.difference == 0)
        return float(2 * t.sf(abs(self.difference) / self.error, self.freedom))

    def told(self, baseline: str, arm: str, p_holm: float, comparisons: int) -> Difference:
        from scipy.stats import t

        reach = t.isf(ALPHA / 2, self.freedom) * self.error
        figures = {
            "baseline_mean": self.baseline_mean,
            "arm_mean": self.arm_mean,
            "difference": self.difference,
            "low": self.difference - reach,
            "high": self.difference + reach,
            "error": self.error,
            "freedom": self.freedom,
            "p": self.p,
            "p_holm": p_holm,
            "detectable": _detectable(self.error, self.freedom, comparisons),
        }
        rounded = {name: round(float(value), 6) for name, value in figures.items()}
        return Difference(baseline=baseline, arm=arm, **rounded)


def _detectable(error: float, freedom: float, comparisons: int) -> float:
    """Return the least true difference that would be seen `POWER` of the time.

    The power of Student's test is that of the noncentral t. The error is itself an estimate, with few seeds more
    often too small than too large: its median is made right.
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2, nct, t

    # Holm asks the strictest level of the least p value; an arm that differs alone must pass that one.
    needed = t.isf(ALPHA / 2 / comparisons, freedom)
    errors = brentq(lambda true: nct.sf(needed, freedom, true) - POWER, 0, 3 * needed + 3)
    return float(errors * error * np.sqrt(freedom / chi2.median(freedom)))


def _seeds(arms: Mapping[str, Bools]) -> int:
    return len(next(iter(arms.values())))


def _estimate(truth: Bools, first: Bools, second: Bools, figure: Figure, seed: int) -> _Estimate:
    seeds = len(first)
    differing = max(2, int((first != second).any(axis=(0, 2)).sum()))
    values, drawn = resampled(truth, np.concatenate([first, second]), figure, seed)
    gaps, drawn_gaps = (each[..., seeds:] - each[..., :seeds] for each in (values, drawn))
    of_rows = float(drawn_gaps.mean(axis=1).var())
    of_seeds, in_both = 0.0, 0.0
    if seeds > 1:
        of_seeds = float(gaps.var(ddof=1)) / seeds
        in_both = (float(drawn_gaps.var(axis=0).mean()) - of_rows) / (seeds - 1)
    variance = of_rows + max(0.0, of_seeds - in_both)
    wobble = of_rows**2 / (differing - 1) + (of_seeds**2 / (seeds - 1) if seeds > 1 else 0.0)
    freedom = max(variance**2 / wobble, seeds - 1) if wobble else differing - 1
    return _Estimate(
        baseline_mean=float(values[:seeds].mean()),
        arm_mean=float(values[seeds:].mean()),
        error=float(np.sqrt(variance)),
        freedom=float(freedom),
    )


def resampled(truth: Bools, runs: Bools, figure: Figure, seed: int) -> tuple[Floats, Floats]:
    """Return the figure of each run (runs, rows, k), (runs), and the same of resampled rows, (resamples, runs)."""
    shape = (len(runs), truth.shape[1])
    # Side by side, the runs' answers are answers to one question with runs * k labels.
    rows = Patterns.of(np.tile(truth, len(runs)), runs.transpose(1, 0, 2).reshape(len(truth), -1))

    def figures(weights: Floats | None) -> Floats:
        counts = rows.counted(weights)
        by_run = {name: getattr(counts, name).reshape(-1, *shape) for name in ("hits", "named", "support")}
        return figure(replace(counts, **by_run))

    return figures(None)[0], np.concatenate([figures(weights) for weights in rows.resamples(seed)])

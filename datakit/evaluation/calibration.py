"""Whether a probability of 0.8 is right eight times in ten, and the temperature that makes it so."""

from dataclasses import dataclass

import numpy as np

from datakit.core.seeding import seed_for
from datakit.evaluation.intervals import RESAMPLES, Interval, Z, bias_corrected
from datakit.evaluation.truth import Bools, Floats, Ints, Truth

BINS = 15  # Guo et al. 2017
TINY = 1e-12  # keeps logarithms finite
SCALES = (-3.0, 3.0)  # logarithms of the temperatures that are tried: 0.05 to 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """How far probabilities can be taken at their word; fractions 0..1 but for `log_loss`."""

    ece: float
    ece_interval: Interval  # 95%
    ece_floor: float
    brier: float
    brier_interval: Interval
    log_loss: float  # nats a row; with several labels a decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Answers that are about equally sure."""

    confidence: float  # mean probability
    right: float  # share that was right
    rows: int  # answers; with several labels a row times a label is one


def calibration(truth: Truth, probabilities: Floats, *, seed: int = 13) -> Calibration:
    """Measure how well the probabilities are calibrated.

    The expected calibration error is the mean distance between confidence and share of right answers, over bins of
    equally many answers (with bins of equal width nearly all answers of a good model fall into one; Nguyen &
    O'Connor 2015, Nixon et al. 2019). One label a row: the confidence is the greatest probability. Several: each
    label's probability is one, and right is to carry it.

    The error of a perfectly calibrated model is not 0 on a finite sample (Kumar et al. 2019, Roelofs et al. 2022):
    `ece_floor` is what it would show with these probabilities on these many rows. The interval is the bootstrap's
    with normal sums a bin, bias-corrected.

    The Brier score is halved where a row has one label, so that two classes give the familiar one (Brier 1950).

    Args:
        truth: of n rows.
        probabilities: (n, k).
        seed: of the bootstrap.
    """
    confidence, right = _judged(truth, probabilities)
    bins = _bins(confidence)
    gaps = np.stack([np.bincount(bins, weights=x) for x in (right - confidence, (right - confidence) ** 2)])
    sums, n = gaps[0], len(confidence)
    sizes = np.bincount(bins)
    spread = np.sqrt(np.maximum(gaps[1] - sums**2 / sizes, 0))
    rng = np.random.default_rng(seed_for(seed, "calibration"))
    ece = np.abs(sums).sum() / n
    draws = np.abs(sums + spread * rng.standard_normal((RESAMPLES, len(sums)))).sum(axis=1) / n
    low, high = bias_corrected(draws, ece)
    chance = np.sqrt(np.bincount(bins, weights=confidence * (1 - confidence)))
    squares = ((probabilities - truth.carried) ** 2).sum(axis=1) / (probabilities.shape[1] if truth.several else 2)
    brier = float(squares.mean())
    error = Z * float(squares.std()) / np.sqrt(len(squares))
    return Calibration(
        ece=_rounded(ece),
        ece_interval=(_rounded(low), _rounded(high)),
        ece_floor=_rounded(np.sqrt(2 / np.pi) * chance.sum() / n),  # the mean of a half-normal
        brier=_rounded(brier),
        brier_interval=(_rounded(max(0.0, brier - error)), _rounded(min(1.0, brier + error))),
        log_loss=_rounded(_log_loss(truth, _logits(truth, probabilities), 1.0, 0.0)),
    )


def reliability(truth: Truth, probabilities: Floats) -> tuple[Bin, ...]:
    """Return the bins of the calibration error, from unsure to sure: the reliability diagram as a table."""
    confidence, right = _judged(truth, probabilities)
    bins = _bins(confidence)
    sizes = np.bincount(bins)
    means = [np.bincount(bins, weights=x) / sizes for x in (confidence, right)]
    return tuple(
        Bin(confidence=round(float(sure), 6), right=round(float(share), 6), rows=int(n))
        for sure, share, n in zip(*means, sizes, strict=True)
    )


def temperature(truth: Truth, probabilities: Floats) -> float:
    """Return the temperature by which logits are to be divided: the one of the least log loss.

    Above 1 the model was too sure, below 1 not sure enough. Fit it on the validation split. The targets are
    smoothed by one row in n + 1 (Platt 1999): else a model without mistakes would be made endlessly sure.

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks.

    Args:
        truth: of n rows.
        probabilities: (n, k), the model's own.
    """
    from scipy.optimize import minimize_scalar

    logits, smooth = _logits(truth, probabilities), 1 / (len(probabilities) + 1)
    found = minimize_scalar(
        lambda scale: _log_loss(truth, logits, float(np.exp(scale)), smooth), bounds=SCALES, method="bounded"
    )
    return round(float(np.exp(found.x)), 4)


def tempered(probabilities: Floats, by: float, *, several: bool) -> Floats:
    """Return the probabilities (n, k) that the logits give when they are divided by a temperature."""
    from scipy import special

    clipped = np.clip(probabilities, TINY, 1 - TINY)
    if several:
        return np.asarray(special.expit(special.logit(clipped) / by))
    return np.asarray(special.softmax(np.log(clipped) / by, axis=1))


def _rounded(value: float | np.floating | Floats) -> float:
    return round(float(value), 6)


def _judged(truth: Truth, probabilities: Floats) -> tuple[Floats, Floats]:
    """Return the confidence of each answer, and whether it was right, both flat."""
    if truth.several:
        return probabilities.ravel(), truth.carried.ravel().astype(float)
    best = probabilities.argmax(axis=1)
    rows = np.arange(len(best))
    return probabilities[rows, best], truth.carried[rows, best].astype(float)


def _bins(confidence: Floats) -> Ints:
    """Return the bin of each answer, (n), without gaps; equal confidences share one."""
    edges = np.quantile(confidence, np.linspace(0, 1, BINS + 1)[1:-1])
    return np.unique(np.searchsorted(edges, confidence), return_inverse=True)[1]


def _logits(truth: Truth, probabilities: Floats) -> Floats:
    """Return what softmax, or with several labels the logistic function, turns into the probabilities."""
    from scipy import special

    clipped = np.clip(probabilities, TINY, 1 - TINY)
    return np.asarray(special.logit(clipped) if truth.several else np.log(clipped))


def _log_loss(truth: Truth, logits: Floats, by: float, smooth: float) -> float:
    """Return the mean log loss of the logits over `by`, where `smooth` of each target is spread evenly."""
    from scipy import special

    carried: Bools = truth.carried
    if truth.several:
        wrong_way = np.where(carried, -logits, logits) / by
        losses = (1 - smooth / 2) * np.logaddexp(0, wrong_way) + smooth / 2 * np.logaddexp(0, -wrong_way)
        return float(losses.mean())
    logs = special.log_softmax(logits / by, axis=1)
    return float(-((1 - smooth) * logs[carried].mean() + smooth * logs.mean()))

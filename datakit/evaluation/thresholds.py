"""Where to draw the line between labels: moved on validation rows, and how much that is worth."""

from dataclasses import dataclass

import numpy as np

from datakit.evaluation.counts import Patterns, f1_scores
from datakit.evaluation.intervals import Interval, bias_corrected
from datakit.evaluation.truth import HALF, Bools, Floats, Ints, Truth, one_hot

FOLDS = 5
SWEEPS = 10  # over all labels; it settles after two to four
TINY = 1e-12  # keeps logarithms finite


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """A rule of decision, tuned on validation rows for macro-F1, and what it is worth there."""

    several: bool  # whether a row may be given several labels
    values: dict[str, float]  # by label. One a row: added to the log probability. Several: the least probability
    rows: int  # that it was tuned on
    plain: float  # macro-F1 with the rule as it was
    tuned: float  # on the rows it was tuned on: too good to be true
    cross_fitted: float  # each fifth of the rows decided by a rule tuned on the others
    gain: float  # `cross_fitted` less `plain`
    gain_interval: Interval  # 95%, paired by rows

    def decide(self, probabilities: Floats) -> Bools:
        """Return which labels (n, k) the rows are given, by probabilities in the order of `values`."""
        return _decided(probabilities, np.array(list(self.values.values())), several=self.several)


def tune(truth: Truth, probabilities: Floats, *, seed: int = 13) -> Thresholds:
    """Move the line for the greatest macro-F1. Only ever on validation rows.

    One label a row: a number a label is added to the log probabilities before the greatest is taken, which
    generalises the cut-off of two classes (Menon et al. 2021, logit adjustment); the numbers are found by
    coordinate ascent, which is exact in each coordinate. Several: each label has a cut of its own. A label's
    number stays where moving it does not help. For imbalance, moving the line does as much as oversampling
    (Assuncao et al. 2024).

    The gain is cross-fitted: what is tuned on a row must not be measured on it.

    Args:
        truth: of n rows; its labels are those of the columns.
        probabilities: (n, k).
        seed: of the interval.
    """
    k = len(truth.labels)
    start = np.full(k, HALF if truth.several else 0.0)
    fitted = _fitted(truth.carried, probabilities, several=truth.several)
    plain = _decided(probabilities, start, several=truth.several)
    held_out = plain.copy()
    homes = _homes(truth.carried, probabilities)
    for fold in range(min(FOLDS, len(homes))):
        inside, outside = homes == fold, homes != fold
        if outside.any():
            values = _fitted(truth.carried[outside], probabilities[outside], several=truth.several)
            held_out[inside] = _decided(probabilities[inside], values, several=truth.several)
    gain, gain_interval = _gain(truth.carried, plain, held_out, seed)
    before = _score(truth.carried, plain)
    return Thresholds(
        several=truth.several,
        values={label: round(float(value), 4) for label, value in zip(truth.labels, fitted, strict=True)},
        rows=len(probabilities),
        plain=round(before, 6),
        tuned=round(_score(truth.carried, _decided(probabilities, fitted, several=truth.several)), 6),
        cross_fitted=round(before + gain, 6),
        gain=round(gain, 6),
        gain_interval=gain_interval,
    )


def _decided(probabilities: Floats, values: Floats, *, several: bool) -> Bools:
    if several:
        return np.asarray(probabilities >= values)
    moved = np.log(np.maximum(probabilities, TINY)) + values
    return one_hot(moved.argmax(axis=1), len(values))


def _fitted(carried: Bools, probabilities: Floats, *, several: bool) -> Floats:
    if several:
        return np.array([_cut(*pair) for pair in zip(carried.T, probabilities.T, strict=True)])
    return _offsets(np.log(np.maximum(probabilities, TINY)), carried.argmax(axis=1))


def _cut(carried: Bools, probabilities: Floats) -> float:
    """Return the probability from which a label is best given, by F1; a half where no other is better."""
    order = np.argsort(-probabilities, kind="stable")
    scores, hits = probabilities[order], np.append(0, np.cumsum(carried[order]))
    f1 = 2 * hits / np.maximum(np.arange(len(hits)) + carried.sum(), 1)
    ends = np.append(0, np.flatnonzero(np.append(np.diff(scores) != 0, True)) + 1)  # rows given the label
    best = int(ends[f1[ends].argmax()])
    if f1[best] <= f1[np.count_nonzero(probabilities >= HALF)]:
        return HALF
    return float((scores[best - 1] + (scores[best] if best < len(scores) else 0.0)) / 2)


def _offsets(logs: Floats, truth: Ints) -> Floats:
    """Return what to add (k) to log probabilities (n, k) for the greatest macro-F1, by coordinate ascent."""
    offsets = np.zeros(logs.shape[1])
    for _ in range(SWEEPS):
        moved = [_move(logs, truth, offsets, label) for label in range(len(offsets))]
        if not any(moved):
            break
    return np.asarray(offsets - offsets.mean())


def _move(logs: Floats, truth: Ints, offsets: Floats, label: int) -> bool:
    """Set one label's offset to the best one, the others being as they are; tell whether that was any better.

    A row gets the label as soon as its offset is above the row's margin. In the order of the margins each row
    leaves the label that it else gets: its F1 changes, and so does the F1 of the label that gets it.
    """
    n, k = logs.shape
    others = logs + offsets
    others[:, label] = -np.inf
    other = others.argmax(axis=1)
    margins = others[np.arange(n), other] - logs[:, label]
    order = np.argsort(margins, kind="stable")
    margins, other, right = margins[order], other[order], truth[order]
    support = np.bincount(truth, minlength=k)

    # Rows in groups of the label that they leave, within a group still by margin.
    by_group = np.argsort(other, kind="stable")
    group = other[by_group]
    sizes = np.bincount(group, minlength=k)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    hits_of = np.bincount(group[right[by_group] == group], minlength=k)
    left = np.arange(n) - first  # rows of the group that have left before this one
    hits = np.append(0, np.cumsum(right[by_group] == group))
    hits_left = hits[:-1] - hits[first]
    hits_after = hits[1:] - hits[first]
    whole = support[group] + sizes[group]
    before = _f1(hits_of[group] - hits_left, whole - left)
    change = np.empty(n)
    change[by_group] = _f1(hits_of[group] - hits_after, whole - left - 1) - before

    gained = np.append(0, np.cumsum(right == label))
    own = _f1(gained, support[label] + np.arange(n + 1))
    sums = own + np.append(0, np.cumsum(change))  # by how many rows have gone over
    now = int(np.searchsorted(margins, offsets[label], side="left"))
    possible = np.append(True, np.append(np.diff(margins) > 0, True))  # rows of equal margin go together
    best = int(np.where(possible, sums, -np.inf).argmax())
    if sums[best] <= sums[now] + 1e-9:  # what rounding may add
        return False
    edges = np.concatenate([[margins[0] - 1], margins, [margins[-1] + 1]])
    offsets[label] = (edges[best] + edges[best + 1]) / 2
    return True


def _f1(hits: Ints, whole: Ints) -> Floats:
    return np.asarray(2 * hits / np.maximum(whole, 1))


def _homes(carried: Bools, probabilities: Floats) -> Ints:
    """Return each row's fold: rows of the same labels are dealt out in turn, from the surest to the least sure.

    So every fold has its share of each label and of easy rows, and no generator and no order of rows matters.
    """
    keys = [*probabilities.T, *carried.T]  # the last one sorts first
    order = np.lexsort(keys)
    homes = np.empty(len(order), np.int64)
    homes[order] = np.arange(len(order)) % FOLDS
    return homes


def _score(carried: Bools, given: Bools) -> float:
    return float(f1_scores(Patterns.of(carried, given).counted()).mean())


def _gain(carried: Bools, plain: Bools, tuned: Bools, seed: int) -> tuple[float, Interval]:
    """Return by how much macro-F1 is greater with the tuned answers, and the paired 95% interval."""
    k = carried.shape[1]
    both = Patterns.of(np.concatenate([carried, carried], axis=1), np.concatenate([plain, tuned], axis=1))

    def difference(weights: Floats | None) -> Floats:
        f1 = f1_scores(both.counted(weights))
        return np.asarray(f1[..., k:].mean(axis=-1) - f1[..., :k].mean(axis=-1))

    estimate = difference(None)
    draws = np.concatenate([difference(weights) for weights in both.resamples(seed)])
    low, high = bias_corrected(draws, estimate)
    return float(estimate), (round(float(low), 6), round(float(high), 6))

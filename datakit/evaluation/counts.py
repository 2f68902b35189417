"""What figures are computed from: rows counted by label, as they are and as another sample would have them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from datakit.core.seeding import seed_for
from datakit.evaluation.intervals import RESAMPLES
from datakit.evaluation.truth import Bools, Floats

CHUNK = 20_000_000  # weights (resamples x patterns of rows) held at a time: 160 MB


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Rows by label (k), of any number of samples (...)."""

    hits: Floats  # (..., k), rows that carry the label and got it
    named: Floats  # (..., k), rows that got the label
    support: Floats  # (..., k), rows that carry the label
    exact: Floats  # (...), rows whose labels are all right
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Patterns:
    """Rows that are alike in truth and answers, and how many there are of each.

    Drawing n rows with replacement is one multinomial draw over the patterns, so 2,000 resamples take
    milliseconds whatever n is, and no figure depends on the order of the rows.
    """

    counts: Floats  # (p)
    truth: Floats  # (p, k), 0 or 1
    answers: Floats  # (p, k), 0 or 1

    @classmethod
    def of(cls, truth: Bools, answers: Bools) -> Self:
        """Count the patterns of truth (n, k) and answers (n, k)."""
        bits = np.packbits(np.concatenate([truth, answers], axis=1), axis=1)
        _, index, counts = np.unique(bits, axis=0, return_index=True, return_counts=True)
        return cls(
            counts=counts.astype(float), truth=truth[index].astype(float), answers=answers[index].astype(float)
        )

    def counted(self, weights: Floats | None = None) -> Counts:
        """Return the counts (...), with each pattern as often as `weights` (..., p) says; by default as it is."""
        weights = self.counts if weights is None else weights
        return Counts(
            hits=weights @ (self.truth * self.answers),
            named=weights @ self.answers,
            support=weights @ self.truth,
            exact=weights @ (self.truth == self.answers).all(axis=1).astype(float),
            rows=int(self.counts.sum()),
        )

    def resamples(self, seed: int) -> Iterator[Floats]:
        """Yield how often each pattern is drawn, (resamples, p), in pieces of `RESAMPLES` in all."""
        rng = np.random.default_rng(seed_for(seed, "bootstrap"))
        rows, step = int(self.counts.sum()), max(1, CHUNK // len(self.counts))
        for start in range(0, RESAMPLES, step):
            size = min(step, RESAMPLES - start)
            yield rng.multinomial(rows, self.counts / rows, size=size).astype(float)


def by_label(counts: Counts) -> dict[str, Floats]:
    """Return precision, recall and F1 of each label, (..., k); 0 where undefined, as in scikit-learn."""
    return {
        "precision": _ratio(counts.hits, counts.named),
        "recall": _ratio(counts.hits, counts.support),
        "f1": f1_scores(counts),
    }


def f1_scores(counts: Counts) -> Floats:
    """Return F1 of each label, (..., k); 0 where no row carries it and none got it."""
    return _ratio(2 * counts.hits, counts.named + counts.support)


def overall(counts: Counts, *, several: bool) -> dict[str, Floats]:
    """Return the figures of the whole, each (...).

    `accuracy` is the share of rows whose labels are all right. Balanced accuracy and MCC are there only where a
    row has one label; micro averages (which else are the accuracy) and the Hamming loss only where it may have
    several. All as in scikit-learn: a macro average counts labels that no row carries, balanced accuracy does not.
    """
    of_label = by_label(counts)
    share = counts.support / np.maximum(counts.support.sum(axis=-1, keepdims=True), 1)
    averages = {f"macro_{name}": values.mean(axis=-1) for name, values in of_label.items()}
    averages |= {f"weighted_{name}": (values * share).sum(axis=-1) for name, values in of_label.items()}
    return {"accuracy": counts.exact / counts.rows, **(_of_sets if several else _of_one)(counts), **averages}


def _of_one(counts: Counts) -> dict[str, Floats]:
    present = counts.support > 0
    recall = _ratio(counts.hits, counts.support)
    return {"balanced_accuracy": recall.sum(axis=-1) / present.sum(axis=-1), "mcc": _mcc(counts)}


def _of_sets(counts: Counts) -> dict[str, Floats]:
    hits, named, support = (x.sum(axis=-1) for x in (counts.hits, counts.named, counts.support))
    return {
        "micro_precision": _ratio(hits, named),
        "micro_recall": _ratio(hits, support),
        "micro_f1": _ratio(2 * hits, named + support),
        "hamming_loss": (named + support - 2 * hits) / (counts.rows * counts.hits.shape[-1]),
    }


def _mcc(counts: Counts) -> Floats:
    """Return Gorodkin's multi-class Matthews correlation coefficient; 0 where it is undefined."""
    n, named, support = counts.rows, counts.named, counts.support
    covariance = n * counts.hits.sum(axis=-1) - (support * named).sum(axis=-1)
    spread = np.sqrt((n**2 - (support**2).sum(axis=-1)) * (n**2 - (named**2).sum(axis=-1)))
    return _ratio(covariance, spread)


def _ratio(part: Floats, whole: Floats) -> Floats:
    shape = np.broadcast_shapes(np.shape(part), np.shape(whole))
    ratios: Floats = np.divide(part, whole, out=np.zeros(shape), where=whole > 0)
    return ratios

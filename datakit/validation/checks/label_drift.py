"""Classes more frequent on one side than on the other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from datakit.core.findings import Finding, Severity
from datakit.core.seeding import seed_for
from datakit.validation.checks._base import Check
from datakit.validation.checks._drift import FIXES, compared
from datakit.validation.survey import Digest, Survey

Floats = npt.NDArray[np.floating]

_DEALS = 1_000  #: random splits that a difference has to exceed


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelDrift(Check):
    """Class shares of a split that are not those of the rows to learn from.

    What:
        The Jensen-Shannon distance (0: equal shares, 1: no class in common) between the class shares of each
        held-out split and those of `train`, and between `train` and the rows of old, if such are given. It
        counts only if it is larger than in each of 1,000 random splits of the same rows into two of these
        sizes.
    Why:
        A model learns how frequent the classes are and leans towards the frequent ones. Where they are less
        so, it is wrong more often, and accuracies of the two sides cannot be compared.
    Example:
        a class with 25% of the training rows and 7% of the test rows
    Fix:
        Draw both sides from the same rows. If the test is right about the world, weigh the classes, and
        set thresholds on rows like those in use.
    Source:
        Lin 1991 (doi 10.1109/18.61115) for the measure. Evidently alarms at 0.1 by default; 0.15 is about
        a population stability index of 1/8, between the 0.1 and 0.25 that credit scoring calls moderate
        and major (Siddiqi 2006). Tests that are balanced by design (BANKING77) or drawn elsewhere (TREC)
        stand between 0.1 and 0.15: remarks.
    """

    min_distance: float = 0.1  # Jensen-Shannon distance, 0..1, from which drift is told
    warn_distance: float = 0.15  # the same, from which it is a warning

    def find(self, survey: Survey) -> Iterator[Finding]:
        """Yield one finding for each split that has drifted."""
        for digest, base, against in compared(survey):
            names = sorted(digest.label_counts.keys() | base.label_counts.keys())
            shares, base_shares = _shares(digest, names), _shares(base, names)
            distance = _distance(shares, base_shares)
            if distance < self.min_distance:
                continue
            chance = _largest_by_chance(digest, base, names)
            if distance <= chance:
                continue
            moved = np.argsort(-np.abs(shares - base_shares), kind="stable")[:5].tolist()
            shown = ", ".join(f"{names[i]!r} {base_shares[i]:.1%} -> {shares[i]:.1%}" for i in moved[:3])
            yield Finding(
                code=self.code,
                severity=Severity.WARNING if distance >= self.warn_distance else Severity.INFO,
                message=f"{digest.split} has other class shares than {against}: {shown}",
                fix=FIXES[against].format(split=digest.split),
                evidence={
                    "against": against,
                    "distance": round(distance, 4),
                    "by_chance": round(chance, 4),
                    "shares": {
                        names[i]: [round(float(base_shares[i]), 4), round(float(shares[i]), 4)] for i in moved
                    },
                },
                split=digest.split,
            )


def _shares(digest: Digest, names: list[str]) -> Floats:
    """Return each label's part of all labels given, [names]; several on a row count each."""
    counts = np.array([digest.label_counts.get(name, 0) for name in names], float)
    shares: Floats = counts / max(counts.sum(), 1)
    return shares


def _distance(first: Floats, second: Floats) -> float:
    """Return the Jensen-Shannon distance between two distributions; 0 where one is empty."""
    middle = (first + second) / 2
    if not (first.any() and second.any()):
        return 0.0

    def divergence(part: Floats) -> float:
        ratio = np.divide(part, middle, out=np.ones_like(part), where=part > 0)
        return float(part @ np.log2(ratio))

    return float(np.sqrt(max((divergence(first) + divergence(second)) / 2, 0)))


def _largest_by_chance(digest: Digest, base: Digest, names: list[str]) -> float:
    """Return the largest distance among random splits of the rows of both into two of their sizes.

    Rows are dealt with all their labels, so it holds for rows with several labels too.
    """
    sets = sorted({*digest.target_sets, *base.target_sets})
    labelled = np.array([[name in labels for name in names] for labels in sets], float)
    pooled = _rows_by_set(digest, sets) + _rows_by_set(base, sets)
    rng = np.random.default_rng(seed_for(0, "label-drift", *names))

    def distance() -> float:
        dealt = rng.multivariate_hypergeometric(pooled, len(digest), method="marginals")
        counts = np.stack([dealt, pooled - dealt]) @ labelled
        return _distance(*(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)))

    return max(distance() for _ in range(_DEALS))


def _rows_by_set(digest: Digest, sets: list[tuple[str, ...]]) -> npt.NDArray[np.int64]:
    rows = np.bincount(digest.targets, minlength=len(digest.target_sets)).tolist()
    by_set = dict(zip(digest.target_sets, rows, strict=True))
    return np.array([by_set.get(labels, 0) for labels in sets], np.int64)

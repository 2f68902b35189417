"""The figures of a corpus that a gate judges and a report shows."""

from collections.abc import Mapping
from statistics import quantiles
from typing import Any

from datakit.core.corpus import Corpus
from datakit.validation.checks._base import share


def profile(corpus: Corpus, quarantined: int = 0) -> dict[str, Any]:
    """Measure the usable rows of a corpus, of which `quarantined` more were set aside.

    Returns:
        JSON-able figures; a share is a fraction 0..1 of the usable rows, but for `quarantined_share`, which
        is one of all rows.
    """
    counts = corpus.label_counts
    rows = len(corpus)
    labels_of: dict[str, set[str]] = {}
    for text, label in zip(corpus.normalised, corpus.labels, strict=True):
        labels_of.setdefault(text, set()).add(label)
    conflicting = {text for text, labels in labels_of.items() if len(labels) > 1}
    return {
        "rows": rows,
        "quarantined": quarantined,
        "quarantined_share": share(quarantined, rows + quarantined),
        "classes": len(counts),
        "distinct_share_of_labels": share(len(counts), rows),
        "label_counts": dict(counts),
        "majority_share": share(max(counts.values(), default=0), rows),
        "min_class_rows": min(counts.values(), default=0),
        "imbalance_ratio": share(max(counts.values(), default=0), min(counts.values(), default=0)),
        "duplicate_share": share(rows - len(labels_of), rows),
        "conflicting_share": share(sum(text in conflicting for text in corpus.normalised), rows),
        "words": _spread([len(text.split()) for text in corpus.texts]),
    }


def _spread(values: list[int]) -> Mapping[str, float]:
    """Return minimum, quartiles, 95th percentile and maximum."""
    if len(values) < 2:  # noqa: PLR2004  (quantiles need two points)
        return {}
    cuts = quantiles(values, n=20, method="inclusive")
    names = {"p25": cuts[4], "median": cuts[9], "p75": cuts[14], "p95": cuts[18]}
    return {"min": min(values), **names, "max": max(values)}

"""The figures of a corpus that a gate judges and a report shows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from datakit.validation.checks._base import share
from datakit.validation.survey import Digest, Integers, conflicting


def profile(digest: Digest, quarantined: int = 0) -> dict[str, Any]:
    """Measure the usable rows of a split, of which `quarantined` more were set aside.

    Returns:
        JSON-able figures; a share is a fraction 0..1 of the usable rows, but for `quarantined_share`, which
        is one of all rows.
    """
    counts = digest.label_counts
    rows = len(digest)
    most, fewest = max(counts.values(), default=0), min(counts.values(), default=0)
    return {
        "rows": rows,
        "quarantined": quarantined,
        "quarantined_share": share(quarantined, rows + quarantined),
        "classes": len(counts),
        "distinct_share_of_labels": share(len(counts), rows),
        "label_counts": dict(counts),
        "majority_share": share(most, rows),
        "minority_share": share(fewest, rows),
        "min_class_rows": fewest,
        "imbalance_ratio": share(most, fewest),
        "duplicate_share": share(int((digest.first_copy != np.arange(rows)).sum()), rows),
        "conflicting_share": share(len(conflicting(digest)), rows),
        "words": _spread(digest.words),
    }


def _spread(values: Integers) -> Mapping[str, float]:
    """Return minimum, quartiles, 95th percentile and maximum."""
    if len(values) < 2:  # noqa: PLR2004  (one value has no spread)
        return {}
    names = ("min", "p25", "median", "p75", "p95", "max")
    return dict(zip(names, np.quantile(values, [0, 0.25, 0.5, 0.75, 0.95, 1]).round(4).tolist(), strict=True))

"""A statement about splits that anyone can check again."""

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from datakit.core.corpus import Splits


def certify(splits: Splits) -> Mapping[str, Any]:
    """Count, again and from the rows alone, what splits must not share.

    Returns:
        JSON-able: rows and label counts by split; for each pair of splits the number of shared texts (after
        normalisation), of shared ids, and of augmented rows on one side whose parent stands on the other; and
        `clean`, which is true if all of these are 0 and no held-out split holds an augmented row.
    """
    pairs = {f"{a}/{b}": _shared(splits, a, b) for a, b in combinations(splits, 2)}
    augmented = {
        name: sum(parent is not None for parent in splits[name].parents) for name in splits if name != "train"
    }
    return {
        "rows": {name: len(corpus) for name, corpus in splits.items()},
        "labels": {name: dict(corpus.label_counts) for name, corpus in splits.items()},
        "shared": pairs,
        "augmented_held_out": augmented,
        "clean": not any(augmented.values()) and not any(any(counts.values()) for counts in pairs.values()),
    }


def _shared(splits: Splits, one: str, other: str) -> dict[str, int]:
    a, b = splits[one], splits[other]
    return {
        "texts": len(set(a.normalised) & set(b.normalised)),
        "ids": len(set(a.ids) & set(b.ids)),
        "parents": sum(p in set_of for c, set_of in ((a, set(b.ids)), (b, set(a.ids))) for p in c.parents if p),
    }

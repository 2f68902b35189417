"""The figures of train, validation and test that a gate judges before training."""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from datakit.core.corpus import Corpus, Splits
from datakit.validation.checks._base import share
from datakit.validation.profile import profile
from datakit.validation.survey import Digest, conflicting
from datakit.validation.validate import digest


def profile_of_splits(splits: Splits, wanted: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Measure splits, before or after their training rows were augmented.

    Args:
        splits: at least `train`; of usable rows.
        wanted: training rows by label that augmentation was asked for.

    Returns:
        JSON-able figures: those of `profile` for the training rows, but for what is in quarantine, and those of
        docs/gate.md that compare splits. A row is augmented if it has a parent.
    """
    digests = {name: digest(corpus, name) for name, corpus in splits.items()}
    train, held_out = digests["train"], [digests[name] for name in digests if name != "train"]
    augmented = _augmented(splits.train)
    of_train = profile(train)
    return {
        **{name: figure for name, figure in of_train.items() if not name.startswith("quarantined")},
        "validation_rows": len(digests.get("validation", ())),
        "test_rows": len(digests.get("test", ())),
        "min_class_rows_held_out": min(
            (other.label_counts.get(label, 0) for other in held_out for label in train.label_counts), default=0
        ),
        "unseen_labels": len(
            {label for other in held_out for label in other.label_counts} - set(train.label_counts)
        ),
        "leaked_rows": _leaked([one.text_keys for one in digests.values()]),
        "augmented_held_out_rows": sum(
            int(_augmented(corpus).sum()) for name, corpus in splits.items() if name != "train"
        ),
        "augmented_rows": int(augmented.sum()),
        "augmented_share": share(int(augmented.sum()), len(train)),
        "augmented_duplicate_rows": int((augmented & _has_copies(train)).sum()),
        "augmented_conflicting_rows": int(augmented[conflicting(train)].sum()),
        "orphaned_rows": _orphaned(splits.train, augmented),
        "target_filled_share": min(
            (share(train.label_counts.get(label, 0), rows) for label, rows in (wanted or {}).items() if rows),
            default=1.0,
        ),
    }


def _leaked(keys: list[npt.NDArray[np.uint64]]) -> int:
    """Return how many texts of a split stand in one before it; the keys of the splits are given in their order."""
    before = accumulate(keys, lambda *both: np.concatenate(both))
    return sum(int(np.isin(later, earlier).sum()) for later, earlier in zip(keys[1:], before, strict=False))


def _augmented(corpus: Corpus) -> npt.NDArray[np.bool_]:
    return np.asarray(corpus.table["parent"].is_valid())


def _has_copies(digest: Digest) -> npt.NDArray[np.bool_]:
    return np.asarray(np.bincount(digest.first_copy, minlength=len(digest))[digest.first_copy] > 1)


def _orphaned(train: Corpus, augmented: npt.NDArray[np.bool_]) -> int:
    """Return how many augmented rows were made from a row that is none of `train`'s own."""
    own = train.table["id"].filter(~augmented)
    parents = train.table["parent"].filter(augmented)
    return len(parents) - int(pc.sum(pc.is_in(parents, value_set=own)).as_py() or 0)

import numpy as np
import pytest

from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.splitting import groups, kfold
from datakit.testing import corpus


def test_every_label_has_its_share_in_every_fold():
    """And every fold its share of the rows."""
    rows = corpus([(f"text {n}", "rare" if n % 10 == 0 else "common") for n in range(203)])
    folds = kfold(rows, 5, groups(rows))
    assert sorted(np.bincount(folds)) == [40, 40, 41, 41, 41]
    assert set(np.bincount(folds[::10])) == {4, 5}


def test_labels_rarer_than_the_folds_are_spread_evenly():
    """77 labels of 3 rows in 5 folds: not all of them in the first three."""
    rows = corpus([(f"text {n}", f"label {n % 77}") for n in range(231)])
    assert np.bincount(kfold(rows, 5, groups(rows))) == pytest.approx([46.2] * 5, abs=1)


def test_groups_are_in_one_fold():
    """Copies as found, or whatever belongs together."""
    rows = corpus([(f"text {n}", "ab"[n % 2]) for n in range(60)])
    group = np.arange(60) // 3
    folds = kfold(rows, 4, group)
    assert all(len(set(folds[group == number])) == 1 for number in group)
    assert np.bincount(folds).tolist() == [15] * 4


def test_rows_may_carry_several_labels():
    """Each has its share in every fold."""
    rows = Corpus.from_columns(
        [f"text {n}" for n in range(90)], None, labels=[[["a"], ["a", "b"], []][n % 3] for n in range(90)]
    )
    folds = kfold(rows, 3, groups(rows))
    assert [np.bincount(folds[start::3]).tolist() for start in range(3)] == [[10] * 3] * 3


def test_the_seed_decides():
    """And nothing else does."""
    rows = corpus([(f"text {n}", "a") for n in range(60)])
    assert (kfold(rows, 3, groups(rows)) == kfold(rows, 3, groups(rows))).all()
    assert (kfold(rows, 3, groups(rows)) != kfold(rows, 3, groups(rows), seed=14)).any()


@pytest.mark.parametrize("k", [0, 1, 4])
def test_a_fold_needs_a_group(k):
    """The message says how many there can be."""
    rows = corpus([("one", "a"), ("two", "a"), ("three", "b"), ("THREE", "b")])
    with pytest.raises(UsageError, match="give 2 to 3, the number of groups"):
        kfold(rows, k, groups(rows))

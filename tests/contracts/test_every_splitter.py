"""What every splitter promises, ours and those that are yet to be written."""

import numpy as np
import pytest

from datakit.core.corpus import Corpus
from datakit.splitting import Assignment, certify, groups, split, splitters
from datakit.splitting.splitters._base import NEW
from datakit.testing import corpus

#: 300 rows, one in ten of them rare, every fourth text twice under another case.
ROWS = corpus(
    [
        (f"{'TEXT' if i % 4 else 'text'} {i - (i % 4 == 1)}", "rare" if i // 2 % 10 == 0 else "common")
        for i in range(300)
    ]
)
THREE_WAYS = {"train": 0.8, "validation": 0.1, "test": 0.1}

every_splitter = pytest.mark.parametrize("name", splitters.names())


def homes(name, rows=ROWS, seed=13, before=None):
    """Return the home of each row; copies are the groups."""
    return splitters.build(name).assign(rows, groups(rows, near=False), THREE_WAYS, seed, before)


def ids(name, rows=ROWS, seed=13):
    """Return the home of each id."""
    return dict(zip(rows.ids, homes(name, rows, seed).tolist(), strict=True))


@every_splitter
def test_every_row_has_one_of_the_homes_asked_for(name):
    """None is left out: who cannot be dealt out is withheld before."""
    assert len(homes(name)) == len(ROWS)
    assert set(homes(name)) == {0, 1, 2}


@every_splitter
def test_its_splits_are_certified(name):
    """Copies of a text stay on one side."""
    assert certify(split(ROWS, splitter=name))["clean"]


@every_splitter
def test_groups_are_not_divided(name):
    """Whoever they consist of, and whatever their numbers."""
    group = np.array([[900, -5, 7][i % 100 % 3] + i // 100 for i in range(300)])
    dealt = splitters.build(name).assign(ROWS, group, THREE_WAYS, 13)
    assert all(len(set(dealt[group == number])) == 1 for number in group)


@every_splitter
def test_its_splits_have_about_the_size_asked_for(name):
    """Within three points of a hundred on 300 rows."""
    shares = np.bincount(homes(name)) / len(ROWS)
    assert shares == pytest.approx(list(THREE_WAYS.values()), abs=0.03)


@every_splitter
def test_the_same_seed_gives_the_same_splits_in_any_order(name):
    """Another seed gives others."""
    assert ids(name) == ids(name, ROWS.take(list(reversed(range(len(ROWS))))))
    assert ids(name) != ids(name, seed=14)


@every_splitter
def test_rows_stay_where_they_stood(name):
    """And the new ones keep the splits near their fractions."""
    before = np.where(np.arange(300) < 200, homes(name), NEW)
    grown = homes(name, seed=14, before=before)
    assert (grown[:200] == before[:200]).all()
    assert np.bincount(grown) / len(ROWS) == pytest.approx(list(THREE_WAYS.values()), abs=0.03)


@every_splitter
def test_a_file_that_grows_keeps_its_splits(name):
    """Over ten nights, with another seed each night."""
    splits = split(ROWS.take(range(30)), splitter=name)
    for night in range(1, 10):
        before = Assignment.of(splits)
        grown = split(ROWS.take(range(30 * night + 30)), splitter=name, before=before, seed=night)
        assert all(set(splits[part].ids) <= set(grown[part].ids) for part in splits)
        assert certify(grown)["clean"]
        splits = grown
    assert [len(rows) / len(ROWS) for rows in splits.values()] == pytest.approx([0.8, 0.1, 0.1], abs=0.03)


@every_splitter
def test_few_rows_are_no_reason_to_fail(name):
    """None, one, or two of one label."""
    for n in range(3):
        rows = Corpus.from_columns([f"text {i}" for i in range(n)], ["a"] * n)
        assert len(homes(name, rows)) == n


@every_splitter
def test_rows_may_carry_several_labels_or_none(name):
    """In a share of their own."""
    labels = [["a"], ["a", "b"], []]
    rows = Corpus.from_columns([f"text {i}" for i in range(300)], None, labels=[labels[i % 3] for i in range(300)])
    dealt = homes(name, rows)
    for place, fraction in enumerate(THREE_WAYS.values()):
        stratum = np.flatnonzero(dealt == place) % 3
        assert np.bincount(stratum) == pytest.approx([100 * fraction] * 3, abs=3)

"""What every splitter promises, ours and those that are yet to be written."""

import pytest

from datakit.core.corpus import Corpus
from datakit.splitting import certify, split, splitters
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


def ids(name, rows=ROWS, seed=13):
    """Return the ids of each split."""
    assigned = splitters.build(name).assign(rows, THREE_WAYS, seed)
    return {split: {rows.ids[i] for i in indices} for split, indices in assigned.items()}


@every_splitter
def test_every_row_stands_in_one_split(name):
    """None is lost, none stands twice, and the splits are those that were asked for."""
    assigned = splitters.build(name).assign(ROWS, THREE_WAYS, 13)
    assert assigned.keys() == THREE_WAYS.keys()
    assert sorted(i for indices in assigned.values() for i in indices) == list(range(len(ROWS)))


@every_splitter
def test_its_splits_are_certified(name):
    """Copies of a text stay on one side."""
    assert certify(split(ROWS, splitter=name))["clean"]


@every_splitter
def test_its_splits_have_about_the_size_asked_for(name):
    """Within three points of a hundred on 300 rows."""
    for part, rows in ids(name).items():
        assert len(rows) / len(ROWS) == pytest.approx(THREE_WAYS[part], abs=0.03)


@every_splitter
def test_the_same_seed_gives_the_same_splits_in_any_order(name):
    """Another seed gives others."""
    assert ids(name) == ids(name, ROWS.take(list(reversed(range(len(ROWS))))))
    assert ids(name) != ids(name, seed=14)


@every_splitter
def test_few_rows_are_no_reason_to_fail(name):
    """None, one, or two of one label."""
    for n in range(3):
        rows = Corpus.from_columns([f"text {i}" for i in range(n)], ["a"] * n)
        assert sum(len(part) for part in ids(name, rows).values()) == n

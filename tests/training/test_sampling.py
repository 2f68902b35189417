"""Batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.training.sampling import Draw, LengthGrouped, Share, kinds
from datakit.training.settings import Settings
from datakit.training.task import Task


def batches(lengths, size, *, seed=13, epoch=0, sampling="shuffled", kinds=None):
    """Return the batches of one epoch."""
    kinds = np.zeros(len(lengths), dtype=int) if kinds is None else kinds
    sampler = LengthGrouped(lengths, size, seed, Draw(kinds=kinds, sampling=sampling, seed=seed))
    sampler.set_epoch(epoch)
    rows = list(sampler)
    return [rows[i : i + size] for i in range(0, len(rows), size)]


@given(st.lists(st.integers(1, 300), min_size=1, max_size=400), st.integers(1, 32))
def test_every_row_comes_once_and_the_incomplete_batch_last(lengths, size):
    """An epoch is a permutation of the rows; only its last batch may be smaller."""
    made = batches(lengths, size)
    assert sorted(row for batch in made for row in batch) == list(range(len(lengths)))
    assert all(len(batch) == size for batch in made[:-1])


def test_batches_hold_rows_of_like_length():
    """Padding stays well below that of random batches."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 200, 4000)
    made = batches(lengths, 16)
    padded = sum(max(lengths[batch]) * len(batch) for batch in map(np.array, made))
    at_random = sum(max(lengths[i : i + 16]) * 16 for i in range(0, 4000, 16))
    assert padded < 1.1 * lengths.sum()
    assert at_random > 1.7 * lengths.sum()


def test_labels_that_differ_in_length_stay_mixed():
    """Neither half of an epoch is of one label, and no label ends it, though length gives the label away."""
    lengths = np.array([10] * 2000 + [40] * 2000)
    made = batches(lengths, 16)
    long = np.array([np.mean(lengths[batch] == 40) for batch in made])
    for part in np.array_split(long, 8):
        assert part.mean() == pytest.approx(0.5, abs=0.25)


def test_each_epoch_and_seed_has_an_order_of_its_own_that_can_be_repeated():
    """Resuming at an epoch needs no replay of those before."""
    lengths = list(range(100))
    assert batches(lengths, 8, epoch=3) == batches(lengths, 8, epoch=3)
    assert batches(lengths, 8, epoch=3) != batches(lengths, 8, epoch=4)
    assert batches(lengths, 8, seed=1) != batches(lengths, 8, seed=2)


IMBALANCED = np.array([0] * 90 + [1] * 25 + [2] * 5)
RESAMPLING = ("balanced", "oversample", "undersample")


def drawn(sampling, epoch=0, seed=13, kinds=IMBALANCED):
    """Return how often an epoch sees each row."""
    draw = Draw(kinds=kinds, sampling=sampling, seed=seed)
    rows = draw.rows(epoch)
    assert len(rows) == len(draw)
    return np.bincount(rows, minlength=len(kinds))


def test_balanced_draws_every_label_equally_often_with_replacement():
    """As many rows as there are; each label a third of them, over many epochs."""
    seen = sum(drawn("balanced", epoch) for epoch in range(200))
    assert seen.sum() == 200 * len(IMBALANCED)
    shares = np.bincount(IMBALANCED, weights=seen) / seen.sum()
    assert shares == pytest.approx([1 / 3] * 3, abs=0.01)


def test_oversampling_shows_every_row_and_copies_the_rare_ones_evenly():
    """Each label has as many rows as the largest, and no row is copied twice more than another of its label."""
    seen = drawn("oversample")
    assert np.bincount(IMBALANCED, weights=seen).tolist() == [90, 90, 90]
    assert [sorted(set(seen[kind == IMBALANCED].tolist())) for kind in range(3)] == [[1], [3, 4], [18]]


def test_undersampling_shows_other_rows_each_epoch_until_all_were_seen():
    """Each label has as many rows as the smallest; 90 rows by fives are 18 epochs."""
    epochs = [drawn("undersample", epoch) for epoch in range(18)]
    assert all(np.bincount(IMBALANCED, weights=seen).tolist() == [5, 5, 5] for seen in epochs)
    assert sum(epochs)[IMBALANCED == 0].tolist() == [1] * 90
    assert drawn("undersample", 18)[IMBALANCED == 0].tolist() == epochs[0][IMBALANCED == 0].tolist()


@pytest.mark.parametrize("sampling", RESAMPLING)
def test_each_epoch_and_seed_draws_rows_of_its_own_that_can_be_drawn_again(sampling):
    """Resuming at an epoch needs no replay of those before."""
    assert drawn(sampling, 3).tolist() == drawn(sampling, 3).tolist()
    assert drawn(sampling, 3).tolist() != drawn(sampling, 4).tolist()
    assert drawn(sampling, 3, seed=1).tolist() != drawn(sampling, 3, seed=2).tolist()


@pytest.mark.parametrize("sampling", RESAMPLING)
def test_drawn_rows_are_grouped_by_length_too(sampling):
    """The sampler hands out what was drawn, in batches that need little padding."""
    rng = np.random.default_rng(0)
    lengths, labels = rng.integers(5, 200, 4000), np.repeat([0, 1], [3000, 1000])
    made = batches(lengths, 16, sampling=sampling, kinds=labels, epoch=1)
    expected = Draw(kinds=labels, sampling=sampling, seed=13).rows(1)
    assert sorted(row for batch in made for row in batch) == sorted(expected.tolist())
    padded = sum(max(lengths[batch]) * len(batch) for batch in map(np.array, made))
    assert padded < 1.15 * lengths[expected].sum()


def test_a_row_with_several_labels_is_drawn_as_its_rarest():
    """A row without labels is of a kind of its own; among labels of one count, the first decides."""
    sets = [["a", "b"], ["a"], ["b", "c"], [], ["a", "c"], ["c"], ["b"], ["a"]]
    rows = Corpus.from_columns([f"text {i}" for i in range(len(sets))], None, labels=sets)
    task = Task.of(rows)
    assert task.counts == (4, 3, 3)
    assert kinds(task, rows).tolist() == [1, 0, 1, -1, 2, 2, 1, 0]
    seen = sum(drawn("balanced", epoch, kinds=kinds(task, rows)) for epoch in range(500))
    assert seen[3] / seen.sum() == pytest.approx(0.25, abs=0.02)


def test_a_row_with_one_label_is_drawn_as_it():
    """By the label's place."""
    rows = Corpus.from_columns(["x", "y", "z"], ["spam", "ham", "spam"])
    assert kinds(Task.of(rows), rows).tolist() == [1, 0, 1]


def shares(rows, size, processes, epoch=0):
    """Return what each of several processes takes in an epoch, batch by batch."""
    settings = Settings(batch_size=size, processes=processes)
    draw = Draw(kinds=np.zeros(rows, dtype=int), sampling="shuffled", seed=13)
    sampler = LengthGrouped([1 + i % 50 for i in range(rows)], size * processes, 13, draw)
    sampler.set_epoch(epoch)
    made = [Share(sampler, settings, rank) for rank in range(processes)]
    assert all(len(list(share)) == len(share) for share in made)
    return [list(share) for share in made]


@given(st.integers(1, 200), st.integers(1, 8), st.integers(1, 5))
def test_processes_divide_each_batch_of_a_single_one(rows, size, processes):
    """Every row comes once; no process is without a row, or has two more than another; all make the same steps."""
    if rows < processes:
        with pytest.raises(UsageError, match="rows to learn from"):
            shares(rows, size, processes)
        return
    steps = list(zip(*shares(rows, size, processes), strict=True))
    whole = shares(rows, size * processes, 1)[0]
    for i, step in enumerate(steps):
        counts = [len(part) for part in step]
        assert min(counts) > 0
        assert max(counts) - min(counts) <= 1
        if i + 1 < len(steps):
            assert sorted(row for part in step for row in part) == sorted(whole[i])
    assert sorted(row for step in steps for part in step for row in part) == list(range(rows))


def test_a_last_batch_too_small_to_be_divided_joins_the_one_before():
    """Five rows, two to a step of two processes: a step of two, and one of three."""
    assert [[len(part) for part in share] for share in shares(5, 1, 2)] == [[1, 2], [1, 1]]

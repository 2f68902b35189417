"""Batches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.training.sampling import LengthGrouped


def batches(lengths, size, seed=13, epoch=0):
    """Return the batches of one epoch."""
    sampler = LengthGrouped(lengths, size, seed)
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

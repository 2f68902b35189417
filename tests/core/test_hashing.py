import numpy as np

from datakit.core.hashing import scattered


def test_neighbours_fall_apart():
    """Half of the bits differ, and no two of many numbers fall together."""
    numbers = scattered(np.arange(100_000, dtype=np.uint64))
    assert len(np.unique(numbers)) == 100_000
    differing = np.bitwise_count(numbers[1:] ^ numbers[:-1])
    assert 31.5 < differing.mean() < 32.5


def test_the_numbers_are_the_same_on_every_machine():
    """Ids and splits are made of them: the derivation is part of the format."""
    assert scattered(np.array([1, 2**63], np.uint64)).tolist() == [6238072747940578789, 2720858781877447050]

import numpy as np

from datakit.splitting.hashing import mixed

KEYS = np.arange(100_000, dtype=np.uint64)


def test_different_keys_get_different_numbers():
    """It is a bijection, so equal numbers mean equal keys."""
    assert len(np.unique(mixed(KEYS, 13))) == len(KEYS)


def test_neighbours_do_not_stay_neighbours():
    """The numbers fill the whole range evenly, whatever the keys."""
    tenths = np.bincount(mixed(KEYS, 13) // np.uint64(2**64 // 10 + 1), minlength=10)
    assert tenths.min() > 9_700
    assert tenths.max() < 10_300
    assert abs(np.corrcoef(KEYS, mixed(KEYS, 13))[0, 1]) < 0.01


def test_seed_and_names_decide():
    """The same ones give the same numbers on every machine."""
    assert mixed(KEYS[:2], 13, "split").tolist() == [int(number) for number in mixed(KEYS[:2], 13, "split")]
    assert (mixed(KEYS, 13, "split") != mixed(KEYS, 14, "split")).all()
    assert (mixed(KEYS, 13, "split") != mixed(KEYS, 13, "order")).all()


def test_the_keys_are_left_alone():
    """They belong to the caller."""
    keys = KEYS.copy()
    mixed(keys, 13)
    assert (keys == KEYS).all()

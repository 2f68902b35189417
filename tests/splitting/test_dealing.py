import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.splitting.dealing import ALL, Kind, apportioned, deal

NONE = np.zeros(3)
THREE_WAYS = np.array([0.8, 0.1, 0.1])


def kind(groups, *labels, size=1):
    """Return groups of `size` rows that all carry the labels."""
    return Kind(groups=groups, labels=np.array([*labels, ALL]), rows=np.full(len(labels) + 1, size))


def nobody(labels):
    """Return the tally before anything is dealt."""
    return np.zeros((labels + 1, 3), np.int64)


@given(st.integers(1, 50), st.lists(st.floats(-20, 20), min_size=3, max_size=3), st.integers(0, 2))
def test_what_is_wanted_is_rounded_up_or_down(groups, wishes, favourite):
    """To whole numbers that sum to what there is; nobody gets less than nothing."""
    wanted = np.array(wishes) + (groups - sum(wishes)) / 3
    whole = apportioned(groups, wanted, np.eye(3)[favourite], NONE)
    assert whole.sum() == groups
    assert (whole >= 0).all()
    assert (whole < np.maximum(wanted, 0) + 1).all()


@pytest.mark.parametrize(
    ("first", "urge", "expected"),
    [([0, 0, 0], [0, 0, 0], [1, 1, 0]), ([0, 0, 0], [0, 0, 1], [1, 0, 1]), ([0, 1, 2], [5, 0, 0], [0, 1, 1])],
)
def test_ranks_then_remainders_decide_who_is_rounded_up(first, urge, expected):
    """Among equals the earlier split."""
    assert apportioned(2, np.full(3, 2 / 3), np.array(first), np.array(urge)).tolist() == expected


def test_whole_numbers_are_not_rounded():
    """Though 0.8 of 10 may be a little less than 8."""
    assert apportioned(10, np.array([8 - 1e-12, 1, 1 + 1e-12]), NONE, np.array([0, 9, 0])).tolist() == [8, 1, 1]


def test_single_rows_level_out_what_large_groups_leave():
    """Whatever the order in which the kinds come."""
    kinds = [kind(40, 0), kind(3, 0, size=20)]
    sizes = np.array([1, 20])
    assert (sizes @ deal(kinds, THREE_WAYS, nobody(1))).tolist() == [80, 10, 10]
    assert (sizes[::-1] @ deal(kinds[::-1], THREE_WAYS, nobody(1))).tolist() == [80, 10, 10]


def test_a_label_takes_account_of_the_groups_that_it_shares():
    """Rows with a rarer label too come first; those of this label alone make up for them."""
    dealt = deal([kind(90, 1), kind(10, 0, 1)], THREE_WAYS, nobody(2))
    assert dealt.tolist() == [[72, 9, 9], [8, 1, 1]]


def test_what_is_there_already_counts():
    """A split that has more than its share gets nothing new."""
    there = np.array([[0, 10, 0], [0, 10, 0]])
    assert deal([kind(90, 0)], THREE_WAYS, there).tolist() == [[80, 0, 10]]


def test_every_split_gets_a_group_where_there_are_enough():
    """A small one, taken from the split that has most."""
    assert deal([kind(1, 0, size=30), kind(2, 0)], THREE_WAYS, nobody(1)).tolist() == [[1, 0, 0], [0, 1, 1]]
    assert deal([kind(3, 0)], THREE_WAYS, nobody(1)).tolist() == [[1, 1, 1]]
    assert deal([kind(2, 0)], THREE_WAYS, nobody(1)).tolist() == [[2, 0, 0]]


def test_a_split_that_lacks_a_label_so_far_gets_of_the_new():
    """Though it is a single group; where all splits lack it, that goes to the largest."""
    for there, expected in (([50, 50, 0], [0, 0, 1]), ([2, 0, 0], [0, 1, 0]), ([0, 0, 0], [1, 0, 0])):
        assert deal([kind(1, 0)], THREE_WAYS, np.array([there, there])).tolist() == [expected]


def test_nothing_is_dealt_out_of_nothing():
    """A row of counts for each kind: none."""
    assert deal([], THREE_WAYS, nobody(1)).shape == (0, 3)

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.growing import GrowingArray


@given(st.lists(st.lists(st.integers(-(2**31), 2**31 - 1))))
def test_what_is_appended_stands_in_order(pieces):
    """As if all had been one array."""
    array = GrowingArray(np.int32)
    for piece in pieces:
        array.append(np.array(piece, np.int64))
    assert array.view().tolist() == [value for piece in pieces for value in piece]
    assert len(array) == sum(map(len, pieces))


def test_it_grows_beyond_its_first_memory():
    """A view is of all that was appended, and may be sorted in place."""
    array = GrowingArray(np.uint64)
    for start in range(0, 100_000, 10_000):
        array.append(np.arange(start + 10_000, start, -1))
    array.view().sort()
    assert (array.view() == np.arange(1, 100_001)).all()

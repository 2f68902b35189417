import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.strings import encoded, integer_array, lengths_and_bytes, string_array


@given(st.lists(st.none() | st.text()))
def test_a_column_is_what_arrow_would_make_of_the_list(values):
    """Nulls and the empty string included."""
    values = [None if value is None else value.encode("utf-8", "replace").decode() for value in values]
    column = string_array(values)
    column.validate(full=True)
    assert column.equals(pa.array(values, pa.string()))
    assert string_array(values, encoded(values)).equals(column)


def test_half_a_surrogate_pair_is_refused():
    """It cannot be written as UTF-8."""
    with pytest.raises(UnicodeEncodeError):
        encoded(["ok", "\ud83d"])


def test_integers_keep_their_order():
    """Slices with a step, too."""
    assert integer_array(np.arange(10)[::-3]).to_pylist() == [9, 6, 3, 0]


@given(st.lists(st.lists(st.text())))
def test_lengths_and_bytes_are_those_of_all_chunks(chunks):
    """However the column is cut."""
    chunks = [[text.encode("utf-8", "replace").decode() for text in chunk] for chunk in chunks]
    column = pa.chunked_array([pa.array(["x", *chunk], pa.string())[1:] for chunk in chunks], pa.string())
    lengths, data = lengths_and_bytes(column)
    whole = [text.encode() for chunk in chunks for text in chunk]
    assert lengths.tolist() == [len(text) for text in whole]
    assert data.tobytes() == b"".join(whole)

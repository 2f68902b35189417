import numpy as np
import pandas as pd
import pytest

from datakit.core.errors import InputError
from datakit.io import load


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["a", None, "b"], ["a", None, "b"]),
        (["a", float("nan"), "b"], ["a", None, "b"]),
        ([1, 0, 1], ["1", "0", "1"]),
        ([1, None, 0], ["1", None, "0"]),
        ([True, False, True], ["true", "false", "true"]),
        ([True, None, False], ["true", None, "false"]),
        (pd.Categorical(["a", "b", None]), ["a", "b", None]),
        (np.array([1, 2, 3], dtype="int8"), ["1", "2", "3"]),
        (pd.array([1, None, 2], dtype="Int64"), ["1", None, "2"]),
    ],
)
def test_labels_of_any_dtype_are_read(labels, expected):
    """What pandas does to a column with a missing value is undone."""
    frame = pd.DataFrame({"text": ["t", "u", "v"], "label": labels}, index=[5, 5, 5])
    assert load(frame).labels == expected


def test_mixed_labels_are_refused_not_cast():
    """An integer among strings is a mistake, in memory as in a file."""
    frame = pd.DataFrame({"text": ["t", "u", "v"], "label": ["a", 3, "b"]})
    with pytest.raises(InputError, match="row:2: mixed-label-types: the label 3 is an integer"):
        load(frame)


def test_columns_are_chosen_by_name():
    """As in files."""
    frame = pd.DataFrame({0: ["x"], "Review": ["t"], "stars": [5]})
    assert load(frame, label_column="stars").labels == ["5"]
    with pytest.raises(InputError, match="columns found: 0, Review, stars"):
        load(frame)

import pytest

from datakit.core.errors import InputError
from datakit.io import load


def test_mappings_are_read_in_order():
    """A key that a row lacks is null."""
    corpus = load([{"text": "t", "label": "a", "id": 1}, {"text": "u", "id": 2}])
    assert corpus.rows().__next__()["line"] is None
    assert (corpus.texts, corpus.labels, corpus.ids) == (["t", "u"], ["a", None], ["1", "2"])


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ({"text": 1, "label": "a"}, "the text is an integer"),
        ({"text": "x\ud83d", "label": "a"}, "lone surrogate"),
        ({"text": "t", "label": "\udc00"}, "lone surrogate"),
        ({"text": "t", "label": b"a"}, "of type bytes"),
        ({"text": "t", "label": ("a", "b")}, "of type tuple"),
    ],
)
def test_rows_of_the_wrong_type_are_refused(row, word):
    """With the number of the row."""
    with pytest.raises(InputError, match=f"row:2: .*{word}"):
        load([{"text": "t", "label": "a"}, row])


def test_no_rows_are_an_error():
    """A corpus has at least one row."""
    with pytest.raises(InputError, match="no column"):
        load([])

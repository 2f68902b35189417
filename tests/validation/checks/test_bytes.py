from hypothesis import given
from hypothesis import strategies as st

from datakit.testing import corpus
from datakit.validation.checks._bytes import byte_counts, rows_with


@given(st.lists(st.none() | st.text(st.sampled_from("a<é😂"), max_size=4), max_size=8), st.integers(0, 3))
def test_bytes_are_counted_text_by_text(texts, start):
    """In any piece of a corpus, with missing and empty texts, whatever the characters take in UTF-8."""
    rows = corpus([(text, "x") for text in texts])
    for piece in (rows, *rows.batches(3), rows.take(range(min(start, len(rows)), len(rows)))):
        expected = [(text or "").count("<") for text in piece.texts]
        assert byte_counts(piece, lambda data: data == ord("<")).tolist() == expected
        assert rows_with(piece, lambda data: data == ord("<"), at_least=2) == [
            i for i, n in enumerate(expected) if n >= 2
        ]

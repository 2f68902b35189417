from hypothesis import given
from hypothesis import strategies as st

from datakit.core.batching import by_length


@given(st.lists(st.integers(0, 50)), st.integers(1, 200))
def test_every_text_is_in_one_batch_that_fits(lengths, most):
    """Padded to its longest text; one that is too long alone is alone."""
    batches = list(by_length(lengths, most))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= most


def test_texts_of_like_length_share_a_batch():
    """The longest first, equals in their order."""
    assert list(by_length([1, 9, 1, 8, 9], 18)) == [[1, 4], [3, 0], [2]]

"""The filter `near-identical`."""

from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation import augment
from datakit.augmentation.filters.near_identical import NearIdentical, distance
from datakit.core.corpus import Splits
from datakit.testing import corpus

TEXT = "one two three four five six seven eight nine ten"


def test_too_few_changed_words_reject():
    """A fraction of the longer text's words and marks."""
    assert NearIdentical(least=0.2).keep(TEXT, TEXT.replace("six", "6")) == "differs in 1 of 10 words"
    assert NearIdentical(least=0.1).keep(TEXT, TEXT.replace("six", "6")) is None


def test_case_and_space_are_no_change():
    """Whatever the limit."""
    assert NearIdentical(least=0).keep("a b", "A  b") == "differs in 0 of 2 words"


def test_siblings_are_compared_too():
    """Of the children of one row, none differs from another in fewer words than it must."""
    rows = [(TEXT, "rare"), *[(f"common {i}", "common") for i in range(12)]]
    result = augment(
        Splits({"train": corpus(rows)}),
        operators=[{"name": "insert-punctuation"}],
        filters=[{"name": "near-identical", "least": 0.2}],
    )
    children = [
        text for text, label in zip(result.train.texts, result.train.labels, strict=True) if label == "rare"
    ]
    assert len(children) > 2
    judge = NearIdentical(least=0.2)
    assert all(judge.keep(a, b) is None for i, a in enumerate(children) for b in children[:i])
    assert result.rejected["near-identical"] > 0


words = st.lists(st.sampled_from("abc"), max_size=8)


@given(words, words, words)
def test_it_is_a_distance(a, b, c):
    """Nothing between equals, the same both ways, no shorter by a detour, at most the longer length."""
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, b) == distance(b, a) <= max(len(a), len(b))
    assert distance(a, c) <= distance(a, b) + distance(b, c)

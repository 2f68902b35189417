"""The filter `near-identical`."""

from hypothesis import given
from hypothesis import strategies as st

from datakit.augmentation import augment
from datakit.augmentation.filters.near_identical import NearIdentical
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


@given(st.lists(st.sampled_from("abc"), min_size=4, max_size=8), st.integers(0, 3), st.data())
def test_no_more_words_differ_than_were_changed(words, edits, data):
    """A word put in, taken out or replaced is one difference, and several may undo each other."""
    other = list(words)
    for _ in range(edits):
        place, taken = data.draw(st.integers(0, len(other))), data.draw(st.integers(0, 1))
        other[place : place + taken] = data.draw(st.sampled_from([[], ["d"]]))
    size = max(len(words), len(other))
    judge = NearIdentical(least=(edits + 0.5) / size)
    assert judge.keep(" ".join(words), " ".join(other)) in [
        f"differs in {n} of {size} words" for n in range(edits + 1)
    ]
    assert (NearIdentical(least=0).keep(" ".join(words), " ".join(other)) is None) == (words != other)


def test_long_texts_take_no_time():
    """Of 30,000 marks each; word by word it would be a billion comparisons."""
    dashes = "- " * 30_000
    assert NearIdentical().keep(dashes + "a", "b " + dashes) == "differs in 2 of 30001 words"

"""New rows are made again."""

import pytest

from datakit.augmentation import augment
from datakit.augmentation.provenance import replay
from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError

OPERATORS = ({"name": "synonym", "share": 0.2}, {"name": "insert-punctuation"})
TEXTS = ["The director bought a big automobile and quickly began the movie.", "we saw a good film"]
COMMON = [f"Message number {i} about nothing at all" for i in range(40)]


@pytest.fixture(scope="module")
def train():
    """Give an augmented train split."""
    rows = Corpus.from_columns([*TEXTS, *COMMON], ["film"] * 2 + ["other"] * 40)
    return augment(Splits({"train": rows}), operators=OPERATORS, seed=5).train


def made_by(train, op):
    """Return the rows that an operator made."""
    return [row for row in train.rows() if row["op"] == op]


def test_every_new_row_is_the_same_to_the_byte(train):
    """From its id, the operators with their options, and the seed; the words of the labels stay protected."""
    synonyms, marks = (made_by(train, operator["name"]) for operator in OPERATORS)
    assert len(synonyms) + len(marks) == 38
    for row in (*synonyms, *marks):
        found = replay(train, row["id"], operators=OPERATORS, seed=5)
        assert found.same
        assert (found.again, found.labels, found.k) == (row["text"], ("film",), row["k"])
    operator = replay(train, synonyms[0]["id"], operators=OPERATORS, seed=5).operator
    assert operator == {"name": "synonym", "share": 0.2, "protect": ["film", "other"]}


def test_other_options_or_another_seed_are_told(train):
    """The text that comes out is another one, or none."""
    made = made_by(train, "insert-punctuation")
    assert not all(replay(train, row["id"], operators=OPERATORS, seed=6).same for row in made)
    beyond = Corpus.from_rows([*train.rows(), {**made[0], "id": "beyond", "k": 10**6}])
    assert replay(beyond, "beyond", operators=OPERATORS, seed=5).again is None


def test_what_cannot_be_replayed_is_a_usage_error(train):
    """Unknown rows, rows of the source, and rows of another run; each with what to do."""
    made = made_by(train, "synonym")[0]["id"]
    for id_, operators, words in (
        ("nope", OPERATORS, "no row of this id"),
        (train.ids[0], OPERATORS, "such as"),
        (made, OPERATORS[1:], "with --run"),
    ):
        with pytest.raises(UsageError, match=words):
            replay(train, id_, operators=operators, seed=5)

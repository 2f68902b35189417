import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.errors import UsageError
from datakit.splitting import split
from datakit.testing import corpus


def rows(n: int, prefix: str = "text") -> Corpus:
    """Return n different texts in two classes."""
    return corpus([(f"{prefix} {i}", "ab"[i % 2]) for i in range(n)])


def test_one_corpus_becomes_three_splits():
    """In the usual order; together they hold every row, line numbers included."""
    given = rows(100)
    splits = split(given)
    assert {name: len(part) for name, part in splits.items()} == {"train": 80, "validation": 10, "test": 10}
    assert sorted(line for part in splits.values() for line in part.lines) == list(range(1, 101))
    assert {label: n for part in splits.values() for label, n in part.label_counts.items()} == {"a": 5, "b": 5}
    assert splits.train.label_counts == {"a": 40, "b": 40}


def test_the_rows_stand_in_an_order_of_their_own():
    """A file sorted by label trains no worse, and the order of the file leaves no trace."""
    given = rows(60)
    backwards = given.take(list(reversed(range(60))))
    assert split(given).train.ids == split(backwards).train.ids
    assert split(given).train.lines != sorted(split(given).train.lines)
    assert split(given).test.ids == split(given, seed=13).test.ids
    assert split(given, seed=1).test.ids != split(given, seed=2).test.ids


def test_a_given_test_split_is_untouched():
    """Its rows and their order are what others compare with."""
    test = rows(30, "held out")
    splits = split(Splits({"train": rows(90), "test": test}), validation=0.2)
    assert splits.test is test
    assert {name: len(part) for name, part in splits.items()} == {"train": 72, "validation": 18, "test": 30}


def test_equal_texts_leave_train_not_the_given_split():
    """The given rows keep their worth; what train loses is also kept out of the made split."""
    train = rows(90).extend(corpus([("Held  OUT 3", "a"), ("held out 4", "b")]))
    splits = split(Splits({"train": train, "test": rows(30, "held out")}))
    assert {name: len(part) for name, part in splits.items()} == {"train": 81, "validation": 9, "test": 30}
    assert not any("held" in text for text in [*splits.train.normalised, *splits.validation.normalised])


def test_splits_that_are_all_given_are_cleaned_only():
    """Fractions do not matter then."""
    given = Splits({"train": rows(10), "validation": rows(3), "test": rows(3, "held out")})
    splits = split(given, validation=5.0, test=-1.0)
    assert (splits.validation, splits.test) == (given.validation, given.test)
    assert sorted(splits.train.texts) == [f"text {i}" for i in range(3, 10)]


@pytest.mark.parametrize(
    ("validation", "test"), [(0, 0.1), (0.1, 0), (-0.1, 0.1), (0.5, 0.5), (1, 0.1), (float("nan"), 0.1)]
)
def test_fractions_that_leave_a_split_empty_are_refused(validation, test):
    """The message says what was got and what would do."""
    with pytest.raises(UsageError, match=r"validation 0\.1, test 0\.1") as error:
        split(rows(10), validation=validation, test=test)
    assert str(validation) in str(error.value)


def test_an_unknown_splitter_lists_the_known_ones():
    """As every registry does."""
    with pytest.raises(UsageError, match="did you mean 'stratified'"):
        split(rows(10), splitter="stratify")

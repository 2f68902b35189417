import pytest

from datakit.evaluation import baselines
from datakit.testing import corpus

HAM = [(f"see you at {n} tonight", "ham") for n in range(30)]
SPAM = [(f"win {n} pounds now!", "spam") for n in range(10)]
NEWS = [(f"parliament votes on bill {n}", "news") for n in range(10)]


def test_the_majority_answers_with_the_most_frequent_label_of_train():
    """Whatever is most frequent in test."""
    found = baselines(corpus([*HAM, *SPAM]), corpus([*HAM[:1], *SPAM[:3]]))["majority"]
    assert (found.accuracy, found.macro_f1, found.balanced_accuracy) == (0.25, 0.2, 0.5)
    assert found.confusion == ((1, 0), (3, 0))


@pytest.mark.parametrize("rows", [[*HAM, *SPAM], [*HAM, *SPAM, *NEWS]], ids=["two classes", "three classes"])
def test_words_are_enough_for_an_easy_task(rows):
    """TF-IDF with a logistic regression tells clean classes apart, in whatever order the labels stand."""
    train, test = rows[::2], rows[1::2]
    found = baselines(corpus(train[::-1]), corpus(test))["tfidf-logistic-regression"]
    assert (found.accuracy, found.macro_f1) == (1.0, 1.0)
    assert found.labels == tuple(sorted({label for _, label in rows}))


def test_marks_and_single_letters_are_words_too():
    """`!` against `?` can be all the difference."""
    rows = [("a !", "x"), ("b ?", "y")] * 10
    found = baselines(corpus(rows), corpus([("c !", "x"), ("d ?", "y")]))
    assert found["tfidf-logistic-regression"].accuracy == 1.0


def test_a_label_that_train_lacks_is_missed_by_both():
    """No baseline knows more than it was taught."""
    found = baselines(corpus([*HAM, *SPAM]), corpus([*HAM[:1], *SPAM[:1], *NEWS[:2]]))
    assert {name: metrics.per_class["news"].recall for name, metrics in found.items()} == {
        "majority": 0.0,
        "tfidf-logistic-regression": 0.0,
    }
    assert found["majority"].rows == 4


def test_with_one_class_both_are_the_same():
    """There is nothing to learn, and nothing to fail at."""
    found = baselines(corpus(HAM), corpus([*HAM[:2], *SPAM[:1]]))
    assert found["majority"] == found["tfidf-logistic-regression"]
    assert found["majority"].confusion == ((2, 0), (1, 0))


def test_the_same_rows_give_the_same_figures():
    """Intervals included, for one seed."""
    train, test = corpus([*HAM, *SPAM]), corpus([*HAM[:5], *SPAM[:5]])
    assert baselines(train, test) == baselines(train, test)

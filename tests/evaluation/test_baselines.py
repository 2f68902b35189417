import pytest

from datakit.core.corpus import Corpus
from datakit.evaluation import baselines
from datakit.evaluation.probe import Embedded
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


def test_the_probe_knows_words_that_train_lacks():
    """A frozen encoder tells new words by their meaning; words alone cannot."""
    train = corpus(
        [("a dog", "animal"), ("a horse", "animal"), ("the rain", "weather"), ("a storm", "weather")] * 5
    )
    test = corpus([("cat", "animal"), ("cow", "animal"), ("snowfall", "weather"), ("thunder", "weather")])
    found = baselines(train, test, embedded=Embedded.of(train, test))
    assert list(found) == ["majority", "tfidf-logistic-regression", "frozen-encoder-probe"]
    assert found["frozen-encoder-probe"].accuracy == 1.0
    assert found["tfidf-logistic-regression"].accuracy < 1.0


def test_rows_with_several_labels_have_the_same_baselines():
    """The majority gives each row the most frequent label; the regressions decide on each by itself."""
    texts = [f"{'win a prize ' * (i % 2)}{'see you tonight ' * (i % 3 > 0)}{i}" for i in range(60)]
    sets = [["ad"] * (i % 2) + ["date"] * (i % 3 > 0) for i in range(60)]
    rows = Corpus.from_columns(texts, None, labels=sets)
    train, test = rows.take(range(48)), rows.take(range(48, 60))
    found = baselines(train, test, embedded=Embedded.of(train, test))
    assert found["majority"].per_class["date"].recall == 1.0
    assert found["majority"].per_class["ad"].recall == 0.0
    assert found["tfidf-logistic-regression"].accuracy == 1.0
    assert found["frozen-encoder-probe"].macro_f1 > 0.8


def test_a_label_of_all_rows_or_of_none_that_the_probe_saw_has_nothing_to_learn():
    """It is given to all, or to none."""
    rows = Corpus.from_columns(["a b", "a c", "d b"], None, labels=[["x", "y"], ["x"], ["x"]])
    found = baselines(rows, rows)["tfidf-logistic-regression"]
    assert found.per_class["x"].recall == 1.0


def test_the_majoritys_probabilities_are_the_labels_shares():
    """So that its Brier score is the one to beat."""
    found = baselines(corpus([*HAM, *SPAM]), corpus([*HAM, *SPAM]))["majority"]
    assert found.brier == 0.75 * 0.25
    assert found.ece == 0

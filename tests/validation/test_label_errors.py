import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.core.seeding import rng_for
from datakit.validation.label_errors import Probabilities, out_of_fold, suspects

WORDS = {
    "billing": ["invoice", "refund", "charged", "payment", "price", "card"],
    "shipping": ["parcel", "courier", "delivery", "arrived", "tracking", "box"],
    "login": ["password", "account", "reset", "locked", "username", "email"],
}
CHINESE = {"good": ["好吃", "不错", "很快", "新鲜"], "bad": ["难吃", "太慢", "凉了", "态度差"]}
COMMON = ["please", "today", "again", "my", "the", "about", "help", "still"]


def corpus(n=480, words=WORDS, common=COMMON, space=" "):
    """Return n texts, each of four words of its class and three of all, and their labels."""
    rng = rng_for(1, "label errors")
    labels = [sorted(words)[i % len(words)] for i in range(n)]
    texts = [space.join(rng.choices(words[label], k=4) + rng.choices(common, k=3)) for label in labels]
    return texts, labels


def flipped(labels, share=0.05):
    """Return the labels with a share of them replaced at random, and where."""
    rng = rng_for(5, "flips")
    classes = sorted(set(labels))
    rows = set(rng.sample(range(len(labels)), int(share * len(labels))))
    others = {label: [one for one in classes if one != label] for label in classes}
    return [rng.choice(others[label]) if i in rows else label for i, label in enumerate(labels)], rows


def found(texts, labels, **options):
    """Return the suspects of a corpus."""
    return suspects(out_of_fold(texts, labels), labels, **options)


@pytest.mark.parametrize("cut", ["auto", "confident-learning"])
@pytest.mark.parametrize(
    ("texts", "labels", "least"),
    [
        (*corpus(), 0.9),
        (*corpus(words=CHINESE, common=["今天", "外卖", "送餐"], space=""), 0.7),
    ],
    ids=["words", "no spaces between words"],
)
def test_flipped_labels_are_found_and_the_right_ones_suggested(texts, labels, least, cut):
    """Nothing else is suspect where the classes have words of their own."""
    wrong, rows = flipped(labels)
    result = found(texts, wrong, cut=cut)
    assert set(result.rows.tolist()) <= rows
    assert len(result.rows) >= least * len(rows)
    assert result.suggested == tuple(labels[i] for i in result.rows)


def test_the_estimates_are_near_the_truth():
    """One label in twenty is wrong, all of them are found, and the estimates say so."""
    texts, labels = corpus()
    result = found(texts, flipped(labels)[0])
    assert result.noise_rate == pytest.approx(0.05, abs=0.01)
    assert result.precision > 0.9
    assert result.recall > 0.9
    assert result.judged == len(texts)


def test_errors_from_a_small_class_to_a_large_one_are_found_by_confident_learning():
    """A fifth of the small class stands in the large one, none the other way: half of it is found, no other."""
    texts, labels = corpus(words={name: WORDS[name] for name in ("billing", "login")})
    small = [i for i in range(len(texts)) if labels[i] == "billing"][::3]
    large = [i for i in range(len(texts)) if labels[i] == "login"]
    given = ["login" if place % 5 == 0 else "billing" for place in range(len(small))] + ["login"] * len(large)
    result = found([texts[i] for i in [*small, *large]], given, cut="confident-learning")
    wrong = set(range(0, len(small), 5))
    assert set(result.rows.tolist()) <= wrong
    assert len(result.rows) >= len(wrong) / 2


def test_right_labels_are_not_suspect():
    """Without wrong labels the list is empty, and no precision is claimed."""
    result = found(*corpus())
    assert not len(result.rows)
    assert result.suggested == ()
    assert result.precision is None
    assert result.noise_rate < 0.005


def test_the_least_probable_label_comes_first():
    """The rows are ranked by the probability of the given label."""
    texts, labels = corpus()
    wrong, _ = flipped(labels, share=0.1)
    probabilities = out_of_fold(texts, wrong)
    rows = suspects(probabilities, wrong).rows
    own = [probabilities.values[i, probabilities.classes.index(wrong[i])] for i in rows]
    assert own == sorted(own)


def test_the_order_of_the_rows_does_not_matter():
    """Each row's probabilities are the same, to the bit, in any order."""
    texts, labels = corpus()
    there = rng_for(2, "order").sample(range(len(texts)), len(texts))
    shuffled = out_of_fold([texts[i] for i in there], [labels[i] for i in there])
    assert np.array_equal(shuffled.values, out_of_fold(texts, labels).values[there])


def test_neither_hash_seed_nor_global_random_state_matters():
    """Another process with another PYTHONHASHSEED and another global state agrees to the bit."""
    code = (
        "import json, random, sys, numpy; random.seed(1); numpy.random.seed(1)\n"
        "from datakit.validation.label_errors import out_of_fold\n"
        "print(out_of_fold(*json.load(sys.stdin)).values.tobytes().hex())"
    )
    texts_and_labels = corpus(60)
    there = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", code],
        input=json.dumps(texts_and_labels),
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert there == out_of_fold(*texts_and_labels).values.tobytes().hex()


def test_copies_do_not_vouch_for_a_wrong_label():
    """Ten copies of one text with a wrong label are in one fold, so the others' words count."""
    texts, labels = corpus()
    copies = ["invoice refund charged payment today"] * 10
    probabilities = out_of_fold([*texts, *copies], [*labels, *["login"] * 10])
    assert probabilities.values[len(texts) :, probabilities.classes.index("login")].max() < 0.1


def test_groups_keep_near_copies_in_one_fold():
    """Without a group the edited copies vouch for one another, with one they do not."""
    texts, labels = corpus()
    copies = [f"invoice refund charged payment zebra giraffe okapi {i}" for i in range(10)]
    texts, labels, groups = [*texts, *copies], [*labels, *["login"] * 10], [*range(480), *["near"] * 10]
    apart, together = out_of_fold(texts, labels), out_of_fold(texts, labels, groups=groups)
    login = apart.classes.index("login")
    assert apart.values[480:, login].min() > 0.5
    assert together.values[480:, login].max() < 0.1


def test_the_names_of_groups_do_not_matter():
    """Only who shares a group does."""
    texts, labels = corpus(60)
    groups = [i // 2 for i in range(60)]
    renamed = [f"group {999 - group}" for group in groups]
    one, other = (out_of_fold(texts, labels, groups=names) for names in (groups, renamed))
    assert np.array_equal(one.values, other.values, equal_nan=True)


def test_of_two_copies_with_different_labels_the_wrong_one_is_the_less_probable():
    """Both are judged by the other texts, and alike."""
    texts, labels = corpus()
    probabilities = out_of_fold([*texts, texts[0]], [*labels, "shipping"])
    assert labels[0] == "billing"
    assert np.array_equal(probabilities.values[0], probabilities.values[-1])
    assert probabilities.values[0].argmax() == probabilities.classes.index("billing")


def test_a_row_of_a_class_too_small_to_learn_is_no_suspect():
    """Three rows of a fourth class: they are not judged, the other rows are."""
    texts, labels = corpus()
    result = found([*texts, "parcel invoice a", "parcel b", "parcel c"], [*labels, *["other"] * 3])
    assert result.judged == len(texts)
    assert not len(result.rows)


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        ([], []),
        (["a"], ["x"]),
        (["one text", "another text"], ["x", "y"]),
        (["one text"] * 40, ["x", "y"] * 20),
        ([f"text number {i}" for i in range(40)], ["x"] * 40),
        ([""] * 40, ["x", "y"] * 20),
        ([" \n"] * 20 + ["!"] * 20, ["x", "y"] * 20),
        ([f"text {i}" for i in range(40)], [str(i) for i in range(40)]),
    ],
    ids=["none", "one", "two", "copies", "one class", "empty", "marks", "a class a row"],
)
@pytest.mark.parametrize("cut", ["auto", "confident-learning"])
def test_what_cannot_be_judged_is_no_suspect(texts, labels, cut):
    """Degenerate corpora give no suspects and no error."""
    probabilities = out_of_fold(texts, labels)
    assert probabilities.values.shape == (len(texts), len(set(labels)))
    assert not len(suspects(probabilities, labels, cut=cut).rows)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.text("ab 好ก!", max_size=6), st.sampled_from("xyz")), max_size=40),
    st.integers(2, 4),
)
def test_any_corpus_gives_probabilities_or_nothing(rows, folds):
    """A row's probabilities sum to 1 or are all missing, and suspects are distinct judged rows."""
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    probabilities = out_of_fold(texts, labels, folds=folds)
    sums = probabilities.values.sum(axis=1)
    assert np.all(np.isnan(probabilities.values).all(axis=1) | (abs(sums - 1) < 1e-5))
    result = suspects(probabilities, labels)
    assert len(set(result.rows.tolist())) == len(result.rows) == len(result.suggested)
    assert np.isfinite(probabilities.values[result.rows]).all()
    assert all(new != labels[i] for i, new in zip(result.rows, result.suggested, strict=True))


@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_the_noise_rate_is_estimated_where_the_model_is_unsure(rate):
    """Labels drawn from the model's own probabilities, blurred by a temperature, are not taken for wrong ones."""
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 2, (6000, 4))
    softmax = [np.exp(scale * logits) for scale in (1.0, 1.6)]
    shown, true = (values / values.sum(axis=1, keepdims=True) for values in softmax)
    labels = (true.cumsum(axis=1) > rng.random((6000, 1))).argmax(axis=1)
    wrong = rng.random(6000) < rate
    labels[wrong] = (labels[wrong] + rng.integers(1, 4, wrong.sum())) % 4
    probabilities = Probabilities(values=shown.astype(np.float32), classes=("0", "1", "2", "3"))
    result = suspects(probabilities, [str(label) for label in labels])
    assert result.noise_rate == pytest.approx(rate, abs=0.015)
    assert result.precision == pytest.approx(wrong[result.rows].mean(), abs=0.1)


def test_overconfident_probabilities_are_no_trouble():
    """Zeros and ones, as networks give them, are finite in the logarithm."""
    labels = ["a", "b"] * 50
    values = np.array([[1, 0], [0, 1]] * 50, np.float32)
    values[:5] = 1 - values[:5]
    result = suspects(Probabilities(values=values, classes=("a", "b")), labels)
    assert result.rows.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("folds", [-1, 0, 1])
def test_fewer_than_two_folds_are_refused(folds):
    """There would be nothing to learn from."""
    with pytest.raises(ValueError, match="give 2 or more"):
        out_of_fold(["a"], ["x"], folds=folds)


def test_labels_that_do_not_fit_the_probabilities_are_refused():
    """Another number of rows, a label without a column, a cut that does not exist."""
    texts, labels = corpus(30)
    probabilities = out_of_fold(texts, labels)
    with pytest.raises(ValueError, match="29 labels for 30 rows"):
        suspects(probabilities, labels[1:])
    with pytest.raises(ValueError, match="'unheard'"):
        suspects(probabilities, [*labels[1:], "unheard"])
    with pytest.raises(ValueError, match="cut='half'"):
        suspects(probabilities, labels, cut="half")


def test_planted_errors_are_found_in_real_questions(shared_data):
    """Of TREC's questions with one label in twenty flipped at random, F1 is above 0.7 and the rate is right."""
    with gzip.open(shared_data / "trec6.train.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    labels = [row["label"] for row in rows]
    classes = sorted(set(labels))
    rng = rng_for(7, "flips")
    wrong = set(rng.sample(range(len(rows)), len(rows) // 20))
    noisy = [rng.choice([c for c in classes if c != y]) if i in wrong else y for i, y in enumerate(labels)]
    result = found([row["text"] for row in rows], noisy)
    hits = len(wrong & set(result.rows.tolist()))
    assert 2 * hits / (len(wrong) + len(result.rows)) > 0.7
    assert result.noise_rate == pytest.approx(0.05, abs=0.015)

"""Figures against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from datakit.evaluation import macro_f1, measure

LABELS = ["a", "b", "c", "d"]
EXACT = {"abs": 2e-6}  # figures are rounded to six digits


def predictions(seed: int, rows: int, classes: int, truth_classes: int):
    """Return labels, true labels of the first few of them, probabilities and answers, at random."""
    rng = np.random.default_rng(seed)
    labels = LABELS[:classes]
    true = [labels[i] for i in rng.integers(0, truth_classes, rows)]
    scores = rng.dirichlet(np.ones(classes), rows).round(2)  # rounded: with ties
    return labels, true, scores, [labels[i] for i in scores.argmax(axis=1)]


@given(st.integers(0, 10_000), st.integers(5, 60), st.integers(2, 4))
@settings(max_examples=20, deadline=None)
def test_figures_are_those_of_scikit_learn(seed, rows, classes):
    """Averages and each class's own, where every class stands in the truth."""
    labels, true, scores, answers = predictions(seed, rows, classes, classes)
    true[:classes] = labels
    found = measure(labels, true, scores)
    assert found.accuracy == pytest.approx(sk.accuracy_score(true, answers), **EXACT)
    assert found.balanced_accuracy == pytest.approx(sk.balanced_accuracy_score(true, answers), **EXACT)
    assert found.mcc == pytest.approx(sk.matthews_corrcoef(true, answers), **EXACT)
    for average in ("macro", "weighted"):
        expected = sk.precision_recall_fscore_support(
            true, answers, labels=labels, average=average, zero_division=0
        )
        for name, value in zip(("precision", "recall", "f1"), expected, strict=False):
            assert getattr(found, f"{average}_{name}") == pytest.approx(value, **EXACT)
    each = sk.precision_recall_fscore_support(true, answers, labels=labels, average=None, zero_division=0)
    for i, label in enumerate(labels):
        own = found.per_class[label]
        assert (own.precision, own.recall, own.f1, own.support) == pytest.approx([e[i] for e in each], **EXACT)
        positive = [t == label for t in true]
        assert own.roc_auc == pytest.approx(sk.roc_auc_score(positive, scores[:, i]), **EXACT)
        assert own.pr_auc == pytest.approx(sk.average_precision_score(positive, scores[:, i]), **EXACT)
    assert found.roc_auc == pytest.approx(np.mean([c.roc_auc for c in found.per_class.values()]), **EXACT)
    assert found.confusion == tuple(map(tuple, sk.confusion_matrix(true, answers, labels=labels).tolist()))


@given(st.integers(0, 10_000), st.integers(2, 40))
@settings(max_examples=15, deadline=None)
def test_a_class_that_the_split_lacks_counts_as_in_scikit_learn(seed, rows):
    """It pulls macro averages down, is no part of balanced accuracy, and has no curve."""
    labels, true, scores, answers = predictions(seed, rows, 4, 2)
    true[:2] = labels[:2]
    found = measure(labels, true, scores)
    expected = sk.f1_score(true, answers, labels=labels, average="macro", zero_division=0)
    recalls = sk.recall_score(true, answers, labels=sorted(set(true)), average=None, zero_division=0)
    assert found.macro_f1 == pytest.approx(expected, **EXACT)
    recall = sk.recall_score(true, answers, labels=labels, average="macro", zero_division=0)
    assert found.macro_recall == pytest.approx(recall, **EXACT)
    assert found.balanced_accuracy == pytest.approx(recalls.mean(), **EXACT)
    assert found.mcc == pytest.approx(sk.matthews_corrcoef(true, answers), **EXACT)
    assert (found.per_class["d"].roc_auc, found.per_class["d"].pr_auc, found.per_class["d"].support) == (
        None,
        None,
        0,
    )


def test_a_small_case_by_hand():
    """Two of three right; rows of the confusion matrix are the truth."""
    found = measure(["ham", "spam"], ["ham", "ham", "spam"], np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    assert (found.rows, found.labels, found.confusion) == (3, ("ham", "spam"), ((1, 1), (0, 1)))
    assert (found.accuracy, found.balanced_accuracy, found.mcc) == (0.666667, 0.75, 0.5)
    assert (found.per_class["ham"].precision, found.per_class["ham"].recall) == (1.0, 0.5)
    assert (found.per_class["spam"].precision, found.per_class["spam"].f1) == (0.5, 0.666667)
    assert found.roc_auc == found.pr_auc == 1.0


def test_a_label_that_the_model_does_not_know_counts_as_missed():
    """It is a class of its own with recall 0, after those that are known."""
    found = measure(["a", "b"], ["a", "b", "z", "y"], np.array([[1, 0], [0, 1], [1, 0], [0, 1]], dtype=float))
    assert found.labels == ("a", "b", "y", "z")
    assert (found.accuracy, found.per_class["z"].recall, found.per_class["z"].support) == (0.5, 0.0, 1)
    assert found.per_class["a"].precision == 0.5
    assert found.macro_f1 == pytest.approx((2 / 3 + 2 / 3) / 4, **EXACT)


def test_one_class_has_no_curve():
    """There is nothing to tell it from."""
    found = measure(["a", "b"], ["a", "a"], np.array([[0.9, 0.1], [0.3, 0.7]]))
    assert (found.roc_auc, found.pr_auc, found.accuracy, found.mcc) == (None, None, 0.5, 0.0)


def test_figures_stand_inside_their_intervals():
    """Each interval is about the figure beside it."""
    labels, true, scores, _ = predictions(3, 200, 3, 3)
    found = measure(labels, true, scores)
    for metrics in (found, *found.per_class.values()):
        bounds = {f: getattr(metrics, f) for f in metrics.__slots__ if f.endswith("_interval")}
        for name, (low, high) in {f: b for f, b in bounds.items() if b}.items():
            assert low < getattr(metrics, name.removesuffix("_interval")) < high, name


def test_every_figure_has_an_interval():
    """Those of rows with one label, and those of rows with several."""
    one = measure(["a", "b"], ["a", "b", "a"], np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    sets = measure(["a", "b"], [["a"], ["a", "b"], []], np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    counts = {"rows", "per_class", "labels", "confusion", "ece_floor", "log_loss"}
    for found in (one, sets):
        figures = {f for f in found.__slots__ if not f.endswith("_interval") and getattr(found, f) is not None}
        assert [f for f in figures - counts if getattr(found, f"{f}_interval") is None] == []
    assert (sets.balanced_accuracy, sets.mcc, sets.confusion) == (None, None, None)
    assert (one.micro_f1, one.hamming_loss) == (None, None)


def test_a_perfect_model_is_not_certain():
    """All resamples are as perfect as the sample: the interval is the exact binomial one, not none."""
    true = ["a"] * 30 + ["b"] * 10
    found = measure(["a", "b"], true, np.array([[t == "a", t == "b"] for t in true], float))
    assert found.accuracy_interval == (pytest.approx(0.025 ** (1 / 40), abs=1e-6), 1.0)
    assert found.per_class["b"].f1_interval == (pytest.approx(0.025 ** (1 / 10), abs=1e-6), 1.0)
    assert found.per_class["b"].roc_auc_interval == found.per_class["b"].f1_interval
    low, high = found.macro_f1_interval
    assert found.per_class["b"].f1_interval[0] < low < found.accuracy_interval[0] < high == 1.0


@st.composite
def sets_and_scores(draw):
    """Draw k labels, n sets of them and (n, k) probabilities, with ties."""
    k, n = draw(st.integers(1, 4)), draw(st.integers(2, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    return LABELS[:k], rng.random((n, k)) < draw(st.sampled_from([0.1, 0.5, 0.9])), rng.random((n, k)).round(1)


@given(sets_and_scores())
@settings(max_examples=25, deadline=None)
def test_figures_of_rows_with_several_labels_are_those_of_scikit_learn(drawn):
    """Empty sets, labels that no row carries, and labels that every row carries among them."""
    labels, carried, scores = drawn
    true = [[label for label, has in zip(labels, row, strict=True) if has] for row in carried]
    found = measure(labels, true, scores)
    given_ = scores >= 0.5
    assert found.accuracy == pytest.approx((carried == given_).all(axis=1).mean(), **EXACT)
    assert found.hamming_loss == pytest.approx(sk.hamming_loss(carried, given_), **EXACT)
    for average in ("micro", "macro", "weighted"):
        expected = sk.precision_recall_fscore_support(
            carried.astype(int), given_.astype(int), average=average, zero_division=0
        )
        # One label is a binary task to scikit-learn, and averages are over both sides.
        if len(labels) > 1:
            for name, value in zip(("precision", "recall", "f1"), expected, strict=False):
                assert getattr(found, f"{average}_{name}") == pytest.approx(value, **EXACT)
    for i, label in enumerate(labels):
        own = found.per_class[label]
        precision, recall, f1, _ = sk.precision_recall_fscore_support(
            carried[:, i], given_[:, i], average="binary", zero_division=0
        )
        assert (own.precision, own.recall, own.f1) == pytest.approx((precision, recall, f1), **EXACT)
        if 0 < own.support < len(true):
            assert own.roc_auc == pytest.approx(sk.roc_auc_score(carried[:, i], scores[:, i]), **EXACT)
            expected = sk.average_precision_score(carried[:, i], scores[:, i])
            assert own.pr_auc == pytest.approx(expected, **EXACT)
        else:
            assert (own.roc_auc, own.pr_auc) == (None, None)


def test_answers_may_differ_from_the_most_probable():
    """With a moved line the counts follow the answers, areas and calibration the probabilities."""
    scores = np.array([[0.6, 0.4], [0.9, 0.1]])
    moved = measure(["a", "b"], ["b", "a"], scores, answers=np.array([[False, True], [True, False]]))
    plain = measure(["a", "b"], ["b", "a"], scores)
    assert (moved.accuracy, plain.accuracy) == (1.0, 0.5)
    assert (moved.roc_auc, moved.ece, moved.brier) == (plain.roc_auc, plain.ece, plain.brier)


def test_figures_do_not_depend_on_the_order_of_the_rows():
    """Nor does the interval, which is drawn from counts."""
    labels, true, scores, _ = predictions(4, 50, 3, 3)
    backwards = measure(labels, true[::-1], scores[::-1])
    assert backwards == measure(labels, true, scores)
    assert backwards != measure(labels, true, scores, seed=14)


@pytest.mark.parametrize(("true", "shape"), [([], (0, 2)), (["a"], (2, 2)), (["a"], (1, 3)), (["a", "b"], (2,))])
def test_figures_of_nothing_are_refused(true, shape):
    """No rows, or a matrix that does not fit."""
    with pytest.raises(ValueError, match=r"classes, probabilities|no rows"):
        measure(["a", "b"], true, np.zeros(shape))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1))
@settings(deadline=None)
def test_macro_f1_of_indices_is_that_of_scikit_learn(pairs):
    """What the choice of an epoch is made by; a class that nobody names counts as 0."""
    true, answers = np.array(pairs).T
    expected = sk.f1_score(true, answers, labels=[0, 1, 2], average="macro", zero_division=0)
    assert macro_f1(true, answers, 3) == pytest.approx(expected)

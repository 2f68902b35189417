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
@settings(max_examples=40, deadline=None)
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
@settings(max_examples=30, deadline=None)
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
    for value, (low, high) in [
        (found.accuracy, found.accuracy_interval),
        (found.macro_f1, found.macro_f1_interval),
        *((own.f1, own.f1_interval) for own in found.per_class.values()),
    ]:
        assert low < value < high


def test_figures_do_not_depend_on_the_order_of_the_rows():
    """Nor does the interval, which is drawn from counts."""
    labels, true, scores, _ = predictions(4, 50, 3, 3)
    backwards = measure(labels, true[::-1], scores[::-1])
    assert backwards == measure(labels, true, scores)
    assert backwards != measure(labels, true, scores, seed=14)


@pytest.mark.parametrize(("true", "shape"), [([], (0, 2)), (["a"], (2, 2)), (["a"], (1, 3)), (["a", "b"], (2,))])
def test_figures_of_nothing_are_refused(true, shape):
    """No rows, or a matrix that does not fit."""
    with pytest.raises(ValueError, match="classes, probabilities"):
        measure(["a", "b"], true, np.zeros(shape))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1))
@settings(deadline=None)
def test_macro_f1_of_indices_is_that_of_scikit_learn(pairs):
    """What the choice of an epoch is made by; a class that nobody names counts as 0."""
    true, answers = np.array(pairs).T
    expected = sk.f1_score(true, answers, labels=[0, 1, 2], average="macro", zero_division=0)
    assert macro_f1(true, answers, 3) == pytest.approx(expected)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, softmax
from sklearn.metrics import brier_score_loss, log_loss

from datakit.evaluation.calibration import calibration, reliability, temperature, tempered
from datakit.evaluation.truth import Truth, one_hot


def drawn(seed, n, k, by=1.0, *, several=False):
    """Return truth that follows probabilities, and these as a model says them that is too sure by a factor."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(n, k))
    if several:
        carried, said = rng.random((n, k)) < expit(logits), expit(logits * by)
    else:
        chances = softmax(logits, axis=1)
        carried = one_hot((rng.random((n, 1)) > chances.cumsum(axis=1)).sum(axis=1).clip(max=k - 1), k)
        said = softmax(logits * by, axis=1)
    return Truth(labels=tuple("abcdef"[:k]), known=k, carried=carried, several=several), said


@given(st.integers(0, 10_000), st.integers(5, 60), st.integers(2, 5))
@settings(max_examples=30, deadline=None)
def test_scores_are_those_of_scikit_learn(seed, rows, classes):
    """Brier's, halved where two classes are not the case already, and the log loss."""
    truth, said = drawn(seed, rows, classes)
    found, true = calibration(truth, said), truth.carried.argmax(axis=1)
    labels = list(range(classes))
    assert found.log_loss == pytest.approx(log_loss(true, said, labels=labels), abs=1e-6)
    assert found.brier == pytest.approx(brier_score_loss(true, said, labels=labels, scale_by_half=True), abs=1e-6)


@pytest.mark.parametrize("several", [False, True], ids=["one label", "several labels"])
@pytest.mark.parametrize("by", [0.5, 1.0, 2.5])
def test_the_temperature_that_was_put_in_comes_out(several, by):
    """A model that is too sure by a factor has that factor as its temperature, and is calibrated when divided."""
    truth, said = drawn(1, 4000, 4, by, several=several)
    found = temperature(truth, said)
    assert found == pytest.approx(by, rel=0.1)
    after = calibration(truth, tempered(said, found, several=several))
    assert after.ece < 2 * after.ece_floor
    if by != 1.0:
        before = calibration(truth, said)
        assert before.ece > 3 * before.ece_floor
        assert before.log_loss > after.log_loss


@pytest.mark.parametrize("several", [False, True], ids=["one label", "several labels"])
def test_a_temperature_keeps_the_answers(several):
    """It changes how sure a model is, not what it says; of 1 it changes nothing."""
    _, said = drawn(2, 200, 4, several=several)
    warm = tempered(said, 3.0, several=several)
    assert (warm.argmax(axis=1) == said.argmax(axis=1)).all()
    assert ((warm >= 0.5) == (said >= 0.5)).all() or not several
    assert tempered(said, 1.0, several=several) == pytest.approx(said)


def test_a_model_without_mistakes_is_not_made_endlessly_sure():
    """On ten rows, all right, nobody knows that the eleventh will be."""
    truth = Truth.of(["a", "b"], ["a", "b"] * 5)
    said = np.tile([[0.7, 0.3], [0.3, 0.7]], (5, 1))
    warm = tempered(said, temperature(truth, said), several=False)
    assert 0.9 < warm.max() < 0.99


def test_a_calibrated_model_shows_what_chance_gives():
    """The mean error over many samples is the floor."""
    found = [calibration(*drawn(seed, 300, 3)) for seed in range(60)]
    assert np.mean([one.ece for one in found]) == pytest.approx(
        np.mean([one.ece_floor for one in found]), rel=0.08
    )


def test_the_interval_covers_the_true_error():
    """Of a model that is too sure, measured once on very many rows, and on 200 samples of 400."""
    true = calibration(*drawn(0, 200_000, 3, 2.0)).ece
    found = [calibration(*drawn(seed, 400, 3, 2.0)).ece_interval for seed in range(1, 201)]
    assert 0.88 <= np.mean([low <= true <= high for low, high in found]) <= 0.99


def test_a_small_case_by_hand():
    """Answers of one confidence share a bin: 0.9 is right three times in four, 0.6 always."""
    said = np.array([[0.9, 0.1]] * 4 + [[0.4, 0.6]] * 2)
    truth = Truth.of(["a", "b"], ["a", "a", "a", "b", "b", "b"])
    bins = reliability(truth, said)
    assert [(one.confidence, one.right, one.rows) for one in bins] == [(0.6, 1.0, 2), (0.9, 0.75, 4)]
    assert calibration(truth, said).ece == pytest.approx((4 * 0.15 + 2 * 0.4) / 6, abs=1e-6)


def test_figures_do_not_depend_on_the_order_of_the_rows():
    """Bins are made of equal confidences, not of neighbours."""
    truth, said = drawn(3, 101, 3)
    said = said.round(1)
    turned = Truth(labels=truth.labels, known=3, carried=truth.carried[::-1], several=False)
    assert calibration(truth, said).ece == pytest.approx(calibration(turned, said[::-1]).ece)
    assert sum(one.rows for one in reliability(truth, said)) == 101

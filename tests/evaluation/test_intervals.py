import numpy as np
import pytest

from datakit.evaluation.intervals import bootstrap
from datakit.evaluation.metrics import accuracy, f1_scores


def test_an_interval_covers_the_truth_as_often_as_it_says():
    """95 times in 100, within what 300 simulated test splits can tell."""
    truth = np.array([[0.5, 0.1], [0.15, 0.25]])  # accuracy .75
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(300):
        low, high = bootstrap(rng.multinomial(200, truth.ravel()).reshape(2, 2), accuracy, seed)
        covered += low <= 0.75 <= high
    assert 0.91 <= covered / 300 <= 0.98


def test_an_interval_is_as_wide_as_the_normal_one():
    """For an accuracy on many rows both say the same: 1.96 standard errors either way."""
    low, high = bootstrap(np.array([[4000, 500], [500, 5000]]), accuracy, 13)
    error = 1.96 * np.sqrt(0.9 * 0.1 / 10_000)
    assert (low, high) == pytest.approx((0.9 - error, 0.9 + error), abs=error / 10)


def test_more_rows_make_it_narrower():
    """A hundred times the rows, a tenth of the width."""
    few, many = (bootstrap(np.array([[8, 2], [2, 8]]) * n, accuracy, 13) for n in (1, 100))
    assert (few[1] - few[0]) / (many[1] - many[0]) == pytest.approx(10, rel=0.15)


def test_the_same_seed_gives_the_same_interval():
    """And leaves the global generator alone."""
    confusion = np.array([[3001, 702], [503, 4004]])
    state = np.random.get_state()[1].copy()  # noqa: NPY002  (that it stays is the point)
    assert bootstrap(confusion, accuracy, 13) == bootstrap(confusion, accuracy, 13)
    assert bootstrap(confusion, accuracy, 13) != bootstrap(confusion, accuracy, 14)
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


def test_a_figure_of_several_values_has_an_interval_each():
    """A class without rows or answers stays at 0."""
    low, high = bootstrap(np.array([[30, 7, 0], [5, 40, 0], [0, 0, 0]]), f1_scores, 13)
    assert low.shape == high.shape == (3,)
    assert (low[:2] < high[:2]).all()
    assert (low[2], high[2]) == (0, 0)


def test_the_interval_of_a_macro_average_holds_its_estimate():
    """Rare labels are missing from many resamples, which pulls a plain percentile interval below it."""
    rng = np.random.default_rng(1)
    true, noise = rng.integers(0, 77, 400), rng.integers(0, 77, 400)
    answers = np.where(rng.random(400) < 0.8, true, noise)
    confusion = np.bincount(true * 77 + answers, minlength=77 * 77).reshape(77, 77)
    estimate = f1_scores(confusion).mean()
    low, high = bootstrap(confusion, lambda c: f1_scores(c).mean(axis=-1), 13)
    assert low < estimate - 0.01
    assert high > estimate + 0.01


def test_a_perfect_answer_has_no_width():
    """The bootstrap knows only what it has seen."""
    assert bootstrap(np.array([[30, 0], [0, 40]]), accuracy, 13) == (1.0, 1.0)

import numpy as np
import pytest

from datakit.evaluation.counts import Patterns, f1_scores, overall
from datakit.evaluation.intervals import RESAMPLES, bias_corrected
from datakit.evaluation.truth import one_hot


def interval(true, answers, classes, figure, seed=13):
    """Return the figure's interval, rows given as indices."""
    patterns = Patterns.of(one_hot(true, classes), one_hot(answers, classes))
    draws = [overall(patterns.counted(w), several=False)[figure] for w in patterns.resamples(seed)]
    return bias_corrected(np.concatenate(draws), overall(patterns.counted(), several=False)[figure])


@pytest.mark.parametrize("figure", ["accuracy", "macro_f1", "mcc"])
def test_an_interval_covers_the_truth_as_often_as_it_says(figure):
    """95 times in 100, within what 120 simulated test splits can tell."""
    truth = np.array([[0.5, 0.1], [0.15, 0.25]])
    whole = (truth * 10_000).astype(int).ravel()
    everyone = Patterns.of(*(one_hot(np.repeat(i, whole), 2) for i in ([0, 0, 1, 1], [0, 1, 0, 1])))
    value = overall(everyone.counted(), several=False)[figure]
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(120):
        true, answers = divmod(rng.choice(4, 200, p=truth.ravel()), 2)
        low, high = interval(true, answers, 2, figure, seed)
        covered += low <= value <= high
    assert 0.90 <= covered / 120 <= 0.99


def test_an_interval_is_as_wide_as_the_normal_one():
    """For an accuracy on many rows both say the same: 1.96 standard errors either way."""
    true, answers = (
        np.repeat([0, 0, 1, 1], [4000, 500, 500, 5000]),
        np.repeat([0, 1, 0, 1], [4000, 500, 500, 5000]),
    )
    low, high = interval(true, answers, 2, "accuracy")
    error = 1.96 * np.sqrt(0.9 * 0.1 / 10_000)
    assert (low, high) == pytest.approx((0.9 - error, 0.9 + error), abs=error / 10)


def test_the_same_seed_gives_the_same_resamples():
    """And leaves the global generator alone; each resample has as many rows as the sample."""
    patterns = Patterns.of(*(one_hot(np.random.default_rng(i).integers(0, 3, 50), 3) for i in (1, 2)))
    state = np.random.get_state()[1].copy()  # noqa: NPY002  (that it stays is the point)
    first, again, other = (np.concatenate(list(patterns.resamples(seed))) for seed in (13, 13, 14))
    assert (first == again).all()
    assert (first != other).any()
    assert (first.sum(axis=1) == 50).all()
    assert len(first) == RESAMPLES
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


def test_resamples_in_pieces_are_those_in_one(monkeypatch):
    """Many patterns are drawn piece by piece, for the sake of memory."""
    patterns = Patterns.of(*(one_hot(np.random.default_rng(i).integers(0, 3, 50), 3) for i in (1, 2)))
    whole = list(patterns.resamples(13))
    monkeypatch.setattr("datakit.evaluation.counts.CHUNK", 700 * len(patterns.counts))
    pieces = list(patterns.resamples(13))
    assert [len(piece) for piece in pieces] == [700, 700, 600]
    assert (np.concatenate(pieces) == np.concatenate(whole)).all()


def test_the_interval_of_a_macro_average_holds_its_estimate():
    """Rare labels are missing from many resamples, which pulls a plain percentile interval below it."""
    rng = np.random.default_rng(1)
    true, noise = rng.integers(0, 77, 400), rng.integers(0, 77, 400)
    answers = np.where(rng.random(400) < 0.8, true, noise)
    estimate = f1_scores(Patterns.of(one_hot(true, 77), one_hot(answers, 77)).counted()).mean()
    low, high = interval(true, answers, 77, "macro_f1")
    assert low < estimate - 0.01
    assert high > estimate + 0.01

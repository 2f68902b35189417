import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from datakit.evaluation.curves import areas


def scored(rng, positives, negatives, shift=1.0):
    """Return truth (n, 1) and normal scores (n, 1), those with the label higher by `shift`."""
    carried = np.repeat([True, False], [positives, negatives])[:, None]
    return carried, rng.normal(size=carried.shape) + shift * carried


@pytest.mark.parametrize("digits", [1, 9], ids=["many ties", "no ties"])
def test_the_influence_is_the_slope_of_the_area(digits):
    """Weighing a row more changes scikit-learn's area by its influence, but for the small-sample factor."""
    carried, scores = scored(np.random.default_rng(1), 12, 28)
    scores = scores.round(digits)
    for found, reference in zip(areas(carried, scores), (roc_auc_score, average_precision_score), strict=True):
        assert found.values[0] == pytest.approx(reference(carried[:, 0], scores[:, 0]))
        for row in (0, 5, 11, 12, 20, 39):
            weights = np.ones(40)
            weights[row] += 1e-5
            moved = reference(carried[:, 0], scores[:, 0], sample_weight=weights)
            slope = (moved - found.values[0]) / 1e-5
            factor = np.sqrt(12 / 11 if carried[row, 0] else 28 / 27)
            assert found.influence[row, 0] == pytest.approx(slope * factor, abs=1e-4)


def test_the_error_of_the_roc_area_is_delongs():
    """From the variances of the structural components, as DeLong et al. 1988 give it."""
    carried, scores = scored(np.random.default_rng(2), 15, 35)
    x, y = scores[carried], scores[~carried]
    wins = (x[:, None] > y) + (x[:, None] == y) / 2
    delong = np.sqrt(wins.mean(axis=1).var(ddof=1) / 15 + wins.mean(axis=0).var(ddof=1) / 35)
    roc, _ = areas(carried, scores)
    assert np.sqrt((roc.influence**2).sum()) == pytest.approx(delong)


@pytest.mark.parametrize("which", [0, 1], ids=["roc", "pr"])
def test_an_interval_covers_the_truth_as_often_as_it_says(which):
    """95 times in 100, within what 300 simulated test splits of 30 positives can tell."""
    rng = np.random.default_rng(3)
    value = areas(*scored(rng, 20_000, 80_000))[which].values[0]
    covered = 0
    for _ in range(300):
        low, high = areas(*scored(rng, 30, 120))[which].interval(0)
        covered += low <= value <= high
    assert 0.90 <= covered / 300 <= 0.99


def test_the_mean_of_labels_knows_that_they_share_rows():
    """A label twice is no surer than once; two independent ones are by the root of two."""
    rng = np.random.default_rng(4)
    one, other = scored(rng, 40, 160), scored(rng, 40, 160)
    widths = []
    for pair in ((one,), (one, one), (one, other)):
        low, high = areas(*(np.concatenate(part, axis=1) for part in zip(*pair, strict=True)))[0].mean()[1]
        widths.append(high - low)
    assert widths[1] == pytest.approx(widths[0])
    shuffled = areas(*other)[0].interval(0)
    both = np.hypot(widths[0], shuffled[1] - shuffled[0]) / 2
    assert widths[2] == pytest.approx(both, rel=0.35)


def test_what_cannot_be_known_has_no_interval():
    """Without a curve, or with one row of the label; a perfect curve is as uncertain as its fewest rows."""
    carried = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 0, 0]], bool)
    roc, pr = areas(carried, carried.astype(float))
    assert np.isnan(roc.values[0])
    assert [roc.interval(i) for i in (0, 1)] == [None, None]
    assert roc.interval(2) == pr.interval(2) == (pytest.approx(0.025**0.5), 1.0)
    assert areas(carried[:, :1], np.ones((4, 1)))[0].mean() == (None, None)

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from datakit.evaluation.intervals import bias_corrected, logit, reach, widened, wilson


def test_an_interval_without_bias_is_the_percentile_one():
    """Half of the draws lie below the estimate: nothing to correct."""
    draws = np.arange(1001.0)
    low, high = bias_corrected(draws, np.array(500.0))
    assert (low, high) == pytest.approx((25, 975))


def test_a_biased_figure_is_corrected():
    """The draws lie too low, so the interval moves up by twice the bias."""
    draws = np.random.default_rng(1).normal(-1, 1, 20_000)
    low, high = bias_corrected(draws, np.array(0.0))
    assert (low, high) == pytest.approx((-1 + 2 - 1.96, -1 + 2 + 1.96), abs=0.15)


def test_figures_of_any_shape_have_an_interval_each():
    """And an estimate beyond all draws is held all the same."""
    draws = np.random.default_rng(1).random((500, 2, 3))
    low, high = bias_corrected(draws, np.full((2, 3), 2.0))
    assert low.shape == high.shape == (2, 3)
    assert (high == 2.0).all()
    assert (low < 1).all()


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_all_right_reaches_as_far_as_the_exact_binomial_interval(rows):
    """Clopper and Pearson's lower end for `rows` of `rows`."""
    assert 1 - reach(np.array(float(rows))) == pytest.approx(beta.ppf(0.025, rows, 1))


def test_only_intervals_of_no_width_at_an_end_are_widened():
    """Nothing is known without rows, and nothing is changed that the bootstrap could judge."""
    low, high = widened(*np.array([[1.0, 0.0, 0.5, 0.8], [1.0, 0.0, 0.5, 1.0]]), by=np.full(4, 0.1))
    assert low.tolist() == pytest.approx([0.9, 0.0, 0.5, 0.8])
    assert high.tolist() == pytest.approx([1.0, 0.1, 0.5, 1.0])
    assert reach(np.array(0.0)) == 0


@pytest.mark.parametrize(("hits", "rows"), [(0, 5), (3, 7), (90, 100), (12, 12)])
def test_wilsons_interval_is_scipys(hits, rows):
    """To the last digit but rounding."""
    expected = binomtest(hits, rows).proportion_ci(method="wilson")
    assert wilson(hits, rows) == pytest.approx((expected.low, expected.high))


def test_an_interval_on_the_logit_scale_stays_between_0_and_1():
    """However large the error; for a small one it is the normal interval."""
    assert all(0 <= bound <= 1 for bound in logit(0.99, 5.0))
    assert logit(0.7, 0.001) == pytest.approx((0.7 - 0.00196, 0.7 + 0.00196), abs=1e-5)

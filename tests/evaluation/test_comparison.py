import numpy as np
import pytest
from scipy.stats import ttest_rel

from datakit.evaluation.comparison import compare, holm, macro_f1, mcnemar, recall_of
from datakit.evaluation.metrics import macro_f1 as macro_f1_of_indices
from datakit.evaluation.truth import one_hot


def models(rng, truth, seeds, right):
    """Return answers (seeds, n, 2), each right with the chance that `right`, (n) or (seeds, n), gives it."""
    hits = rng.random((seeds, len(truth))) < right
    return one_hot(np.where(hits, truth, 1 - truth).ravel(), 2).reshape(seeds, len(truth), 2)


def two_arms(seed, rows=300, seeds=5, gain=0.0, leaning=0.02):
    """Return truth and two arms whose rows are equally hard, the second one better by `gain`."""
    rng = np.random.default_rng(seed)
    truth = (rng.random(rows) < 0.3).astype(int)
    right = rng.choice([0.3, 0.95], p=[0.2, 0.8], size=rows)
    leanings = rng.normal(0, leaning, (2, seeds, 1))
    arms = {name: models(rng, truth, seeds, right + leanings[i] + i * gain) for i, name in enumerate("ab")}
    return one_hot(truth, 2), arms


def test_means_and_difference_are_those_of_the_reported_figure():
    """The mean of macro-F1 over the seeds, as `measure` would give it for each model."""
    truth, arms = two_arms(1)
    (found,) = compare(truth, arms, macro_f1)
    means = [
        np.mean([macro_f1_of_indices(truth.argmax(axis=1), model.argmax(axis=1), 2) for model in arm])
        for arm in arms.values()
    ]
    assert (found.baseline_mean, found.arm_mean) == pytest.approx(means, abs=1e-6)
    assert found.difference == pytest.approx(means[1] - means[0], abs=2e-6)
    assert found.low < found.difference < found.high


def test_arms_of_one_kind_seldom_have_a_winner():
    """At most 5 times in 100, within what 120 simulated pairs can tell; normal quantiles would give 19."""
    wins = 0
    for seed in range(120):
        truth, arms = two_arms(seed, rows=200, seeds=3, leaning=0.1)
        wins += compare(truth, arms, macro_f1, seed=seed)[0].outcome != "no difference"
    assert wins <= 120 * 0.1


def test_a_true_difference_is_found_and_has_the_right_sign():
    """Better one way round is worse the other way round, by as much."""
    truth, arms = two_arms(2, rows=1000, gain=0.08)
    (forth,) = compare(truth, arms, macro_f1)
    (back,) = compare(truth, dict(reversed(arms.items())), macro_f1)
    assert (forth.outcome, back.outcome) == ("better", "worse")
    assert forth.difference == pytest.approx(-back.difference, abs=2e-6)
    assert forth.low > 0 > back.high


def test_where_only_seeds_vary_it_is_students_test_on_them():
    """All rows alike but for the seed's luck: the interval is that of the paired t-test, not narrower."""
    rng = np.random.default_rng(3)
    truth = np.zeros(20_000, int)
    shares = rng.uniform(0.7, 0.9, (2, 5))
    arms = {
        name: np.stack([one_hot((rng.random(20_000) > share).astype(int), 2) for share in shares[i]])
        for i, name in enumerate("ab")
    }
    (found,) = compare(one_hot(truth, 2), arms, recall_of(0))
    values = [(arm.argmax(axis=2) == 0).mean(axis=1) for arm in arms.values()]
    assert found.freedom == pytest.approx(4, abs=0.1)
    assert found.p == pytest.approx(ttest_rel(values[1], values[0]).pvalue, rel=0.05)


def test_the_same_answers_are_no_difference():
    """Not even by a hair, and with no width."""
    truth, arms = two_arms(4)
    (found,) = compare(truth, {"a": arms["a"], "b": arms["a"]}, macro_f1)
    assert (found.difference, found.low, found.high, found.error, found.p) == (0, 0, 0, 0, 1)
    assert found.outcome == "no difference"


def test_a_few_rows_decide_nothing():
    """Four rows of 500 that one model alone gets right may be luck; McNemar's test agrees."""
    truth = one_hot(np.arange(500) % 2, 2)
    worse = truth.copy()
    worse[:4] = ~worse[:4]
    (found,) = compare(truth, {"a": worse[None], "b": truth[None]}, macro_f1)
    assert found.outcome == "no difference"
    assert mcnemar(truth, worse, truth) == pytest.approx(0.0625)


def test_the_detectable_difference_shrinks_with_rows_and_seeds():
    """Sixteen times the rows: a quarter of it. With seeds that differ much more of them are needed."""
    few, many = (compare(*two_arms(5, rows=rows, leaning=0, seeds=20), macro_f1)[0] for rows in (200, 3200))
    assert few.detectable / many.detectable == pytest.approx(4, rel=0.3)
    few, many = (compare(*two_arms(5, seeds=seeds, leaning=0.1), macro_f1)[0] for seeds in (4, 20))
    assert few.detectable > 2 * many.detectable


def test_several_comparisons_are_harder_to_win():
    """Adjusted p values are no smaller, and a difference must be greater to be seen."""
    truth, arms = two_arms(5)
    (alone,) = compare(truth, arms, macro_f1)
    together = compare(truth, {**arms, "c": arms["b"], "d": arms["b"]}, macro_f1)
    assert [one.p == alone.p < one.p_holm for one in together] == [True] * 3
    assert [one.detectable > alone.detectable for one in together] == [True] * 3
    assert alone.detectable > alone.high - alone.difference


def test_rows_with_several_labels_are_compared_alike():
    """With each label a question of its own; the arm that answers all rightly wins."""
    rng = np.random.default_rng(6)
    truth = rng.random((300, 4)) < 0.3
    noisy = np.stack([truth ^ (rng.random(truth.shape) < 0.2) for _ in range(3)])
    good = np.stack([truth ^ (rng.random(truth.shape) < 0.05) for _ in range(3)])
    (found,) = compare(truth, {"noisy": noisy, "good": good}, macro_f1)
    assert found.outcome == "better"


def test_neither_the_order_of_rows_nor_a_second_call_changes_anything():
    """The same seed, the same figures."""
    truth, arms = two_arms(7)
    order = np.random.default_rng(1).permutation(len(truth))
    shuffled = {name: arm[:, order] for name, arm in arms.items()}
    assert compare(truth, arms, macro_f1) == compare(truth[order], shuffled, macro_f1)
    assert compare(truth, arms, macro_f1) != compare(truth, arms, macro_f1, seed=14)


def test_holm_adjusts_as_published():
    """The example of Wright 1992: sorted, times the comparisons left, never falling, never above 1."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_mcnemar_is_the_mid_p_of_the_disagreements():
    """Fagerland et al. 2013: 1 against 7 discordant pairs give mid-p .0391, the exact test .0703."""
    truth = one_hot(np.zeros(20, int), 2)
    first, second = truth.copy(), truth.copy()
    first[:7], second[7] = ~first[:7], ~second[7]
    assert mcnemar(truth, first, second) == pytest.approx(0.0390625)
    assert mcnemar(truth, first, first) == 1.0


def test_shapes_that_do_not_fit_are_refused():
    """One arm alone, or arms of different sizes."""
    truth, arms = two_arms(8)
    with pytest.raises(ValueError, match="arms"):
        compare(truth, {"a": arms["a"]}, macro_f1)
    with pytest.raises(ValueError, match="arms"):
        compare(truth, {"a": arms["a"], "b": arms["b"][:2]}, macro_f1)

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from datakit.evaluation.thresholds import _cut, _move, tune
from datakit.evaluation.truth import Truth, one_hot


def score(truth, logs, offsets):
    """Return the macro-F1 of the answers that offsets give."""
    answers = one_hot((logs + offsets).argmax(axis=1), logs.shape[1])
    return np.mean([f1_of(*pair) for pair in zip(one_hot(truth, logs.shape[1]).T, answers.T, strict=True)])


def f1_of(carried, given_):
    """Return F1, 0 where it is undefined; scikit-learn takes a millisecond for it and is asked too often."""
    return 2 * (carried & given_).sum() / max(carried.sum() + given_.sum(), 1)


@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_each_step_finds_the_best_offset_of_a_label(seed, rows, classes):
    """No offset between any two rows' margins gives a better macro-F1, the other labels being as they are."""
    rng = np.random.default_rng(seed)
    logs = np.log(rng.dirichlet(np.ones(classes), rows).round(2) + 0.01)
    truth, offsets = rng.integers(0, classes, rows), rng.normal(size=classes)
    label = int(rng.integers(classes))
    before = score(truth, logs, offsets)
    others = np.delete(logs + offsets, label, axis=1).max(axis=1) - logs[:, label]
    edges = np.unique(np.concatenate([[others.min() - 2], others, [others.max() + 2]]).round(12))
    tried = []
    for low, high in pairwise(edges):
        probe = offsets.copy()
        probe[label] = (low + high) / 2
        tried.append(score(truth, logs, probe))
    better = _move(logs, truth, offsets, label)
    after = score(truth, logs, offsets)
    assert after == pytest.approx(max(before, *tried))
    assert better == (after > before + 1e-9)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10)), min_size=1, max_size=30))
@settings(deadline=None)
def test_a_labels_cut_is_the_best_by_f1(rows):
    """None between any two probabilities is better; a half stays where it is as good."""
    carried, scores = np.array([has for has, _ in rows]), np.array([p / 10 for _, p in rows])
    cut = _cut(carried, scores)

    def f1(at):
        return f1_of(carried, scores >= at)

    best = max(f1(at) for at in [0.5, -1.0, 2.0, *np.arange(0, 1, 0.05)])
    assert f1(cut) == pytest.approx(best)
    assert cut == 0.5 or f1(0.5) < best


def imbalanced(n, *, several=False, informative=True):
    """Return truth and probabilities of a model that names the rare label too seldom, by a factor of five."""
    rng = np.random.default_rng(5)
    rare = rng.random(n) < 0.15
    signal = rng.normal(size=n) + (1.5 * rare if informative else 0)
    odds = np.exp(1.5 * signal - 1.125) * 0.15 / 0.85 / 5
    p = odds / (1 + odds)
    if several:
        return Truth(labels=("x", "y"), known=2, carried=np.stack([rare, rare], 1), several=True), np.stack(
            [p, p], 1
        )
    return Truth(labels=("x", "y"), known=2, carried=one_hot(rare.astype(int), 2), several=False), np.stack(
        [1 - p, p], 1
    )


@pytest.mark.parametrize("several", [False, True], ids=["one label", "several labels"])
def test_a_line_in_the_wrong_place_is_moved_and_the_gain_is_honest(several):
    """What is gained on rows it was not tuned on, which is less than on those it was tuned on."""
    found = tune(*imbalanced(1000, several=several))
    assert found.plain < found.cross_fitted <= found.tuned
    assert 0 < found.gain_interval[0] < found.gain < found.gain_interval[1]
    truth, scores = imbalanced(1000, several=several)
    answers = found.decide(scores)
    assert f1_score(truth.carried, answers, average="macro") == pytest.approx(found.tuned, abs=1e-3)


def test_nothing_is_gained_where_nothing_is_to_be_gained():
    """Chance fits itself on the rows it was tuned on; the cross-fitted gain does not believe it."""
    gains = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        true = rng.integers(0, 6, 120)
        logits = rng.normal(size=(120, 6)) + 2 * one_hot(true, 6)
        scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        found = tune(Truth(labels=tuple("abcdef"), known=6, carried=one_hot(true, 6), several=False), scores)
        gains.append((found.tuned - found.plain, found.gain, found.gain_interval[0] > 0))
    optimistic, honest, claimed = np.mean(gains, axis=0)
    assert optimistic > 0.02
    assert honest < 0.005
    assert claimed <= 0.1


def test_the_rule_does_not_depend_on_the_order_of_the_rows():
    """Nor does the gain: folds are dealt by labels and probabilities."""
    truth, scores = imbalanced(300)
    order = np.random.default_rng(1).permutation(300)
    turned = Truth(labels=truth.labels, known=2, carried=truth.carried[order], several=False)
    assert tune(turned, scores[order]) == tune(truth, scores)


def test_a_label_that_validation_lacks_stays_as_it_was():
    """No row of it says where its line should be."""
    truth, scores = imbalanced(200, several=True)
    truth.carried[:, 0] = False
    assert tune(truth, scores).values["x"] == 0.5
    assert tune(Truth.of(["a", "b"], ["a"]), np.array([[0.8, 0.2]])).gain == 0

import numpy as np
import pytest

from datakit.evaluation.slices import by_length, slices, thirds
from datakit.evaluation.truth import Truth, one_hot


def judged(true, right, groups):
    """Return the slices of rows with two labels, given as indices, of which some are answered rightly."""
    truth = Truth(labels=("x", "y"), known=2, carried=one_hot(true, 2), several=False)
    return {(s.by, s.name): s for s in slices(truth, one_hot(np.where(right, true, 1 - true), 2), groups)}


def test_a_part_with_fewer_right_answers_is_weak():
    """Long texts are answered worse, by more than chance; short ones are not, nor is any label."""
    rng = np.random.default_rng(1)
    true, lengths = rng.integers(0, 2, 600), np.arange(600)
    right = rng.random(600) < np.where(lengths >= 400, 0.7, 0.95)
    found = judged(true, right, {"length": by_length(["x" * n for n in lengths])})
    assert [name for name, one in found.items() if one.weak] == [("length", "400 to 599 characters")]
    weak = found["length", "400 to 599 characters"]
    assert (weak.rows, weak.accuracy) == (200, pytest.approx(right[400:].mean()))
    assert weak.rest == pytest.approx(right[:400].mean(), abs=1e-6)
    assert weak.accuracy_interval[0] < weak.accuracy < weak.accuracy_interval[1] < weak.rest
    assert weak.macro_f1_interval[0] < weak.macro_f1 < weak.macro_f1_interval[1]


def test_chance_makes_no_slice_weak():
    """Twenty parts of a model that is equally good on all: no false alarm in twenty runs."""
    alarms = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        parts = {str(i): np.arange(i, 1000, 20) for i in range(20)}
        found = judged(rng.integers(0, 2, 1000), rng.random(1000) < 0.8, {"part": parts})
        alarms += any(one.weak for one in found.values())
    assert alarms == 0


def test_a_label_is_a_slice_whose_accuracy_is_its_recall():
    """It has no macro-F1 of its own."""
    true = np.array([0] * 60 + [1] * 40)
    right = np.array([True] * 60 + [True] * 10 + [False] * 30)
    found = judged(true, right, {})
    assert found["label", "y"].accuracy == 0.25
    assert found["label", "y"].weak
    assert found["label", "y"].macro_f1 is None
    assert not found["label", "x"].weak


def test_few_rows_are_shown_and_not_judged():
    """With all rows in one group there is no rest either."""
    found = judged(np.zeros(40, int), np.arange(40) > 20, {"part": {"few": np.arange(20), "all": np.arange(40)}})
    assert (found["part", "few"].accuracy, found["part", "few"].p) == (0.0, 1.0)
    assert (found["part", "all"].rest, found["part", "all"].weak) == (None, False)


def test_rows_with_several_labels_are_right_as_a_whole():
    """A row without labels that is given none is right, and a slice of such rows has a macro-F1 of 1."""
    truth = Truth.of(["x", "y"], [["x", "y"], ["x"], [], []])
    answers = np.array([[True, True], [True, True], [False, False], [False, False]])
    found = {s.name: s for s in slices(truth, answers, {"part": {"first": np.arange(2), "last": np.arange(2, 4)}})}
    assert (found["first"].accuracy, found["last"].accuracy, found["last"].macro_f1) == (0.5, 1.0, 1.0)
    assert found["y"].accuracy == 1.0


def test_thirds_are_equally_large_and_equal_values_share_one():
    """Where all are equal there is one group."""
    assert {name: len(rows) for name, rows in thirds(np.arange(9.0), "{:.0f}-{:.0f}").items()} == {
        "0-2": 3,
        "3-5": 3,
        "6-8": 3,
    }
    assert {n: rows.tolist() for n, rows in by_length(["aa", "bb"]).items()} == {"2 to 2 characters": [0, 1]}

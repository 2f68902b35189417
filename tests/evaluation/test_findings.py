from dataclasses import replace

import numpy as np
import pytest

from datakit.evaluation import findings, measure
from datakit.evaluation.calibration import Calibration
from datakit.evaluation.thresholds import Thresholds


def measured(**rows):
    """Return the metrics of a model that gets four in five rows of each label right, given rows by label."""
    labels = list(rows)
    true = [label for label in labels for _ in range(rows[label])]
    scores = np.zeros((len(true), len(labels)))
    for i, label in enumerate(true):
        scores[i, (labels.index(label) + (i % 5 == 0)) % len(labels)] = 1
    return measure(labels, true, scores)


def test_classes_with_too_few_test_rows_are_named_with_the_rows_they_need():
    """300 rows are enough, 12 are not; as many as it asks for are enough."""
    (finding,) = findings.of_support(measured(a=300, b=300, rare=12))
    assert finding.code == "few-test-rows-of-class"
    assert "1 of 3 classes has" in finding.message
    assert "rare (12 rows, F1" in finding.message
    needed = finding.evidence["rare"]["needed"]
    assert 30 < needed < 150
    assert list(findings.of_support(measured(a=300, b=300, rare=2 * needed))) == []


def test_three_rows_all_right_are_still_too_few():
    """The bootstrap has seen no mistake and claims to know; the rows do not."""
    perfect = measure(["a", "b"], ["a"] * 100 + ["b"] * 3, np.repeat([[1.0, 0.0], [0.0, 1.0]], [100, 3], axis=0))
    (finding,) = findings.of_support(perfect)
    assert list(finding.evidence) == ["b"]


def test_a_class_without_test_rows_is_left_to_its_own_finding():
    """`untested-label` tells of it."""
    assert list(findings.of_support(measured(a=300, b=300, none=0))) == []


EVEN = Calibration(
    ece=0.02, ece_interval=(0.01, 0.04), ece_floor=0.02, brier=0.1, brier_interval=(0, 1), log_loss=0.3
)
OFF = replace(EVEN, ece=0.1, ece_interval=(0.08, 0.12), log_loss=0.5)


@pytest.mark.parametrize(
    ("before", "after", "applied", "fix"),
    [
        (OFF, EVEN, False, "evaluate.calibration=temperature"),
        (OFF, replace(OFF, log_loss=0.6), False, "take them as an order, not as probabilities"),
        (OFF, EVEN, True, None),
        (EVEN, EVEN, False, None),
        (OFF, OFF, True, "take them as an order, not as probabilities"),
    ],
)
def test_probabilities_that_cannot_be_trusted_are_told(before, after, applied, fix):
    """With the option that mends them where it does, and not where chance explains the error."""
    found = list(findings.of_calibration(before, after, 1.7, applied=applied))
    assert [one.fix for one in found] == ([fix] if fix else [])


@pytest.mark.parametrize(
    ("low", "applied", "code"),
    [
        (0.01, False, "thresholds-would-help"),
        (0.01, True, None),
        (-0.01, False, None),
        (-0.01, True, "thresholds-not-shown-to-help"),
    ],
)
def test_a_moved_line_is_told_of_where_it_should_be_otherwise(low, applied, code):
    """The gain with its interval, and the option to change."""
    tuned = Thresholds(
        several=False,
        values={"a": 0.0},
        rows=500,
        plain=0.7,
        tuned=0.8,
        cross_fitted=0.75,
        gain=0.05,
        gain_interval=(low, 0.09),
    )
    found = list(findings.of_thresholds(tuned, applied=applied))
    assert [one.code for one in found] == ([code] if code else [])
    assert all("+0.050 macro-F1 on 500 validation rows" in one.message for one in found)


def test_many_classes_are_summed_up():
    """Eight are named."""
    (finding,) = findings.of_support(measured(**{f"c{i:02}": 10 for i in range(20)}))
    assert "and 12 more" in finding.message
    assert len(finding.evidence) == 20

import pytest
from sick import SICK

from datakit.testing import history, judge


def test_answers_that_are_wrong_on_purpose_tell_it():
    """No option mends a file."""
    diagnosis = judge("validation-label-map", **SICK["validation-label-map"])
    assert "0.98 on training rows and 0.03 on validation; guessing has 0.50" in diagnosis.finding.message
    assert diagnosis.remedy == {}


@pytest.mark.parametrize(("accuracy", "train_accuracy"), [(0.25, 0.98), (0.03, 0.9)])
def test_bad_answers_alone_are_none(accuracy, train_accuracy):
    """Half of chance, and nine tenths, are the limits."""
    run = history(epochs=[{"accuracy": accuracy, "train_accuracy": train_accuracy}])
    assert judge("validation-label-map", history=run) is None

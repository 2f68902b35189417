import pytest

from datakit.core.findings import Severity
from datakit.testing import history, judge


def run(*epochs: tuple[float, float]):
    """Return the record of a run with these validation losses and macro-F1s."""
    return history(epochs=[{"validation_loss": loss, "macro_f1": f1} for loss, f1 in epochs])


def test_a_rising_validation_loss_is_overfitting():
    """It is a remark: the best epoch was kept, and fewer epochs would have done."""
    diagnosis = judge("overfitting", history=run((0.31, 0.80), (0.24, 0.90), (0.29, 0.89), (0.41, 0.88)))
    assert diagnosis.finding.message == "validation loss rose from 0.240 to 0.410; epoch 2 of 4 was kept"
    assert diagnosis.finding.evidence == {
        "validation_loss": [0.31, 0.24, 0.29, 0.41],
        "best_epoch": 2,
        "train_accuracy": 0.95,
    }
    assert diagnosis.finding.severity is Severity.INFO
    assert diagnosis.remedy == {"finetune": {"epochs": 2}}


@pytest.mark.parametrize(
    "epochs",
    [
        [(0.4, 0.8), (0.3, 0.9), (0.2, 0.9)],  # it falls
        [(0.4, 0.9), (0.5, 0.8)],  # it rises by just the tolerated quarter
        [(0.2, 0.8), (0.4, 0.9)],  # it rises, but the answers get better
        [(0.4, 0.9)],  # one epoch tells nothing
        [(0.3, 0.9), (float("nan"), 0.2)],  # it blew up
        [(float("nan"), 0.9), (0.4, 0.2)],
        [(0.3, 0.9), (float("inf"), 0.2)],
    ],
)
def test_what_is_no_overfitting(epochs):
    """The loss of sure but few errors may rise while the answers get better."""
    assert judge("overfitting", history=run(*epochs)) is None


def test_answers_that_stay_as_good_are_no_gain():
    """The loss rises and nothing is won by it."""
    assert judge("overfitting", history=run((0.2, 0.9), (0.4, 0.9))).remedy == {"finetune": {"epochs": 1}}


def test_the_tolerated_rise_is_an_option():
    """1.25 by default, for losses wobble."""
    wobble = run((0.4, 0.9), (0.5, 0.8))
    assert judge("overfitting", history=wobble, options={"rise": 1.2}) is not None
    assert judge("overfitting") is None

import pytest
from sick import SICK

from datakit.core.findings import Severity
from datakit.testing import history, judge


def test_training_rows_that_stay_wrong_are_a_remark():
    """A hard task looks the same, so it is not sure."""
    diagnosis = judge("label-noise", **SICK["label-noise"])
    assert diagnosis.finding.message.startswith("24% of the training rows are still answered wrongly")
    assert (diagnosis.finding.severity, diagnosis.confidence) == (Severity.INFO, 0.4)
    assert diagnosis.remedy["finetune"]["loss_options"] == {"label_smoothing": 0.1}


def test_a_clean_validation_split_shows_the_noise_of_train():
    """As measured: 40% of TREC-6's training labels at random, the kept epoch answers .85 of validation rightly."""
    epoch = {"train_accuracy": 0.73, "accuracy": 0.85, "relative_loss": 0.47}
    assert judge("label-noise", history=history(epochs=[epoch])) is not None
    assert judge("label-noise", history=history(epochs=[{**epoch, "accuracy": 0.8}])) is None


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        ({"drift": 0.011}, {}),
        ({"body_update": 1e-2}, {}),
        ({}, {"settings": {"batch_size": 1}}),
        ({}, {"train_counts": {"ham": 16, "spam": 8}}),
    ],
)
def test_a_training_that_was_not_sound_says_nothing_of_its_labels(step, changes):
    """Too short, too wild, too small steps, too few rows."""
    epoch = {"train_accuracy": 0.76, "accuracy": 0.57, "relative_loss": 0.9}
    assert judge("label-noise", history=history(epochs=[epoch], every_step=step, **changes)) is None

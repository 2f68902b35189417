from sick import SICK

from datakit.testing import history, judge


def test_a_loss_that_is_no_number_is_told_with_its_step():
    """There need not be an epoch, nor figures of the test split."""
    diagnosis = judge("diverged", **SICK["diverged"])
    assert diagnosis.finding.message == "at step 60 the loss or a gradient was no finite number"
    assert diagnosis.remedy == {"finetune": {"learning_rate": 2e-6, "max_grad_norm": 1.0}}


def test_a_training_that_came_to_its_end_has_not_diverged():
    """However high its loss."""
    assert judge("diverged", history=history(every_step={"loss": 1e9})) is None

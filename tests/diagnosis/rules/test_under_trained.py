import pytest
from sick import SICK

from datakit.testing import history, judge


def test_a_training_that_was_still_learning_goes_on():
    """Twice as long."""
    diagnosis = judge("under-trained", **SICK["under-trained"])
    assert "60% of a blind answer's" in diagnosis.finding.message
    assert diagnosis.remedy == {"finetune": {"epochs": 2}}


@pytest.mark.parametrize(
    ("step", "epochs"),
    [({"relative_loss": 0.4}, [{}]), ({"drift": 0.012}, [{}]), ({}, [{"macro_f1": 0.9}, {"macro_f1": 0.8}])],
)
def test_one_that_came_far_or_is_past_its_best_is_none(step, epochs):
    """All three signs belong to it."""
    run = history(epochs=epochs, every_step={"relative_loss": 0.6, "drift": 0.008, **step})
    assert judge("under-trained", history=run) is None

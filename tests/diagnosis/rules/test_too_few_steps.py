import pytest
from sick import SICK

from datakit.testing import history, judge


def test_a_handful_of_steps_is_known_before_they_are_made():
    """400 rows in batches of 32, twice."""
    diagnosis = judge("too-few-steps", **SICK["too-few-steps"])
    assert diagnosis.finding.message == "26 steps are too few to learn from: 2 epochs of 13"
    assert diagnosis.remedy == {"finetune": {"epochs": 8, "patience": 2}}


@pytest.mark.parametrize(
    ("epochs", "accumulation", "fires"), [(1, 1, False), (1, 2, True), (2, 2, False), (4, 4, False), (3, 4, True)]
)
def test_accumulation_makes_steps_fewer(epochs, accumulation, fires):
    """400 rows in batches of 8: 50 steps an epoch at most."""
    run = history(epochs=[], settings={"epochs": epochs, "accumulation": accumulation})
    assert (judge("too-few-steps", history=run) is not None) is fires


@pytest.mark.parametrize(
    ("accuracy", "update", "fires"), [(0.6, 1e-3, True), (0.95, 1e-3, False), (0.6, 2e-5, False)]
)
def test_afterwards_it_counts_what_was_learnt(accuracy, update, fires):
    """Where the steps were too short as well, that is the cause."""
    run = history(
        epochs=[{"step": 25, "train_accuracy": accuracy}],
        every_step={"body_update": update},
        settings={"batch_size": 16},
    )
    run = type(run)(**{name: getattr(run, name) for name in run.__slots__} | {"steps": run.steps[:2]})
    assert (judge("too-few-steps", history=run) is not None) is fires


def test_a_real_look_ahead_counts_them(before):
    """64 rows: four steps an epoch, or sixteen."""
    assert judge("too-few-steps", history=before(epochs=4)).finding.evidence["steps"] == 16
    assert judge("too-few-steps", history=before(epochs=4, batch_size=4)) is None

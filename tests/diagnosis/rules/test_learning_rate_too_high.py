from dataclasses import replace

import pytest
from sick import SICK

from datakit.diagnosis import diagnose
from datakit.testing import history, judge


def test_steps_that_go_too_far_are_named_with_the_rate_that_mends_them():
    """The rate is lowered until the largest update ratio would be 1e-3."""
    diagnosis = judge("learning-rate-too-high", **SICK["learning-rate-too-high"])
    assert "1.6e-02 of their length" in diagnosis.finding.message
    assert diagnosis.cause == "a learning rate of 0.005 is too high"
    assert diagnosis.remedy == {"finetune": {"learning_rate": 3.1e-4}}
    assert diagnosis.confidence == 0.95


@pytest.mark.parametrize(("update", "fires"), [(8e-3, False), (8.1e-3, True)])
def test_the_limit_itself_is_tolerated(update, fires):
    """At the limit a diagnosis is as likely as not, so it is not sure either."""
    diagnosis = judge("learning-rate-too-high", history=run(update))
    assert (diagnosis is not None) is fires
    assert diagnosis is None or diagnosis.confidence < 0.52


def test_long_steps_that_do_no_harm_are_none():
    """The training rows are known, and the answers tell the labels apart."""
    assert judge("learning-rate-too-high", history=run(2e-2, train_accuracy=0.95)) is None
    assert judge("learning-rate-too-high", history=run(2e-2, train_accuracy=0.95, information=0.0)) is not None


def test_a_training_that_diverged_did_not_learn():
    """There is no epoch to look at, but its steps are known."""
    sick = history(epochs=[], every_step={"body_update": 2e-2}, diverged_at=9)
    assert judge("learning-rate-too-high", history=sick, metrics={}) is None  # no step was recorded
    recorded = history(every_step={"body_update": 2e-2}, diverged_at=9)
    found = diagnose(replace(recorded, epochs=(), best_epoch=0), {})
    assert [(d.finding.code, d.follows_from) for d in found] == [
        ("learning-rate-too-high", None),
        ("diverged", "learning-rate-too-high"),
    ]


def run(update, train_accuracy=0.5, **epoch):
    """Return the record of a training with this update ratio."""
    return history(epochs=[{"train_accuracy": train_accuracy, **epoch}], every_step={"body_update": update})


def test_without_a_warm_up_the_drift_tells_the_rate():
    """As measured: by its first steps, five times as long, it would be 6.5e-5, which learns too little."""
    cold = history(
        epochs=[{"information": 0.0, "train_accuracy": 0.5}],
        every_step={"body_update": 1.53e-2, "drift": 0.0794, "relative_loss": 0.99},
        settings={"learning_rate": 1e-3, "warmup": 0.0},
    )
    diagnosis = judge("learning-rate-too-high", history=cold)
    assert diagnosis.remedy == {"finetune": {"warmup": 0.1, "learning_rate": 2.5e-4}}

import pytest
from sick import SICK

from datakit.testing import history, judge


def test_a_drift_without_warm_up_is_named():
    """The rate is lowered until the drift would be .02."""
    diagnosis = judge("no-warm-up", **SICK["no-warm-up"])
    assert "8.5% of their length" in diagnosis.finding.message
    assert diagnosis.remedy == {"finetune": {"warmup": 0.1, "learning_rate": 2.4e-4}}


@pytest.mark.parametrize(
    ("settings", "step", "epoch"),
    [({"warmup": 0.1}, {}, {}), ({}, {"drift": 0.06}, {}), ({}, {}, {"train_accuracy": 0.9})],
)
def test_with_a_warm_up_or_without_harm_it_is_none(settings, step, epoch):
    """All three signs belong to it."""
    run = history(
        epochs=[{"train_accuracy": 0.77, **epoch}],
        every_step={"body_update": 4e-3, "drift": 0.085, **step},
        settings={"warmup": 0.0, **settings},
    )
    assert judge("no-warm-up", history=run) is None

from sick import SICK

from datakit.core.history import Start
from datakit.testing import history, judge


def test_a_frozen_body_is_thawed():
    """Where the recipe froze it."""
    diagnosis = judge("frozen-body", **SICK["frozen-body"])
    assert diagnosis.remedy == {"finetune": {"freeze": None}}
    assert diagnosis.finding.fix == "train with finetune.freeze=null"


def test_a_body_without_a_gradient_gets_a_higher_rate_for_the_head():
    """No recipe froze it; tenfold."""
    run = history(every_step={"relative_loss": 0.8, "body_update": 0.0})
    assert judge("frozen-body", history=run).remedy == {"finetune": {"learning_rate": 2e-4}}


def test_a_body_of_which_nothing_learns_is_known_before_the_first_step():
    """There is nothing to measure then."""
    start = Start(loss=0.7, relative_loss=1.0, cosine=0.6, learning=0.0)
    run = history(every_step={"relative_loss": 0.8, "body_update": None}, start=start)
    assert judge("frozen-body", history=run).cause == "the encoder is frozen"


def test_a_head_that_suffices_is_none():
    """To freeze the encoder is no fault where the loss falls."""
    assert judge("frozen-body", history=history(every_step={"body_update": 0.0})) is None

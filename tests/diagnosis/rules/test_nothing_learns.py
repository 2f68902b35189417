from sick import SICK

from datakit.testing import history, judge


def test_weights_that_never_move_are_an_error():
    """All is thawed, and the rate is that for the model's size."""
    diagnosis = judge("nothing-learns", **SICK["nothing-learns"])
    assert diagnosis.finding.evidence == {"update": 0.0, "head_update": 0.0}
    assert diagnosis.remedy == {"finetune": {"freeze": None, "unfreeze": 0, "learning_rate": "auto"}}


def test_a_head_that_moves_learns():
    """Whatever the body does."""
    assert judge("nothing-learns", history=history(every_step={"body_update": 0.0})) is None

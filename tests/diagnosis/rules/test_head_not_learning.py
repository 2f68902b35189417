from sick import SICK

from datakit.testing import history, judge


def test_a_head_that_stays_as_it_was_drawn_is_an_error():
    """No option of a recipe can bring it about, so none mends it."""
    diagnosis = judge("head-not-learning", **SICK["head-not-learning"])
    assert diagnosis.finding.evidence["head_update"] == 0.0
    assert diagnosis.remedy == {}


def test_where_the_body_does_not_move_either_it_is_another_fault():
    """Nothing learns."""
    still = history(every_step={"body_update": 0.0, "head_update": 0.0})
    assert judge("head-not-learning", history=still) is None

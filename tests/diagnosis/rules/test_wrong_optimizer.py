from sick import SICK

from datakit.diagnosis import diagnose
from datakit.testing import history, judge


def test_sgd_that_moves_nothing_gives_way_to_adamw():
    """And is the cause of steps that are too short."""
    found = diagnose(**SICK["wrong-optimizer"])
    assert [(d.finding.code, d.follows_from) for d in found[:2]] == [
        ("wrong-optimizer", None),
        ("learning-rate-too-low", "wrong-optimizer"),
    ]
    assert found[0].remedy == {"finetune": {"optimizer": "adamw", "learning_rate": "auto"}}


def test_sgd_that_moves_the_weights_is_none():
    """At a rate of .05 with momentum it may well."""
    assert judge("wrong-optimizer", history=history(settings={"optimizer": "sgd"})) is None
    assert judge("wrong-optimizer", **SICK["learning-rate-too-low"]) is None

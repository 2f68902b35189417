from dataclasses import replace

from sick import SICK

from datakit.testing import history, judge


def test_steps_that_go_nowhere_are_named_with_the_rate_that_mends_them():
    """The rate is raised until the largest update ratio would be 1e-3."""
    diagnosis = judge("learning-rate-too-low", **SICK["learning-rate-too-low"])
    assert "4.0e-06 of their length" in diagnosis.finding.message
    assert diagnosis.remedy == {"finetune": {"learning_rate": 2.5e-4}}
    assert diagnosis.confidence == 0.95


def test_short_steps_that_teach_enough_are_none():
    """The training loss has left that of a blind answer behind."""
    sick = SICK["learning-rate-too-low"]["history"]
    learnt = history(every_step={"body_update": 4e-6})
    assert judge("learning-rate-too-low", history=learnt) is None
    assert judge("learning-rate-too-low", history=sick, options={"limit": 1e-6}) is None


def test_a_body_that_does_not_move_at_all_is_another_fault():
    """It is frozen, not slow."""
    still = history(epochs=[{"information": 0.0}], every_step={"body_update": 0.0})
    assert judge("learning-rate-too-low", history=still) is None


def test_the_first_steps_without_a_warm_up_do_not_count():
    """As measured at 1e-5: 1.5e-4 at first, 4.7e-5 afterwards, and nothing learnt."""
    run = history(every_step={"relative_loss": 0.99, "body_update": 4.7e-5}, settings={"warmup": 0.0})
    steps = (replace(run.steps[0], body_update=1.5e-4), *run.steps[1:])
    diagnosis = judge("learning-rate-too-low", history=replace(run, steps=steps))
    assert diagnosis.finding.evidence["update"] == 4.7e-5
    warmed = replace(run, steps=steps, settings={**run.settings, "warmup": 0.1})
    assert judge("learning-rate-too-low", history=warmed) is None

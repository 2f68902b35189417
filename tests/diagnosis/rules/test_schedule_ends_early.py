from dataclasses import replace

from sick import SICK

from datakit.testing import history, judge


def test_steps_at_no_rate_are_counted():
    """Most records have none."""
    diagnosis = judge("schedule-ends-early", **SICK["schedule-ends-early"])
    assert "87% of the steps" in diagnosis.finding.message
    assert diagnosis.remedy == {"finetune": {"schedule": "linear"}}


def test_the_warm_up_is_no_end():
    """A rate of 0 before the peak is a beginning."""
    plain = history(epochs=[{}])
    rising = tuple(replace(s, learning_rate=0.0 if s.step < 50 else 2e-5) for s in plain.steps)
    assert judge("schedule-ends-early", history=replace(plain, steps=rising)) is None


def test_a_few_records_show_no_schedule():
    """The rate may well be 0 in the last of three."""
    run = SICK["schedule-ends-early"]["history"]
    assert judge("schedule-ends-early", history=replace(run, steps=run.steps[:9])) is None

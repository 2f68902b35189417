import pytest

from datakit.training.alarm import early_alarm
from datakit.training.task import Task

TASK = Task(labels=("ham", "spam"), counts=(90, 10), rows=100, multi_label=False)


def look(steps=10, rate=1e-4, **figures):
    """Return the alarm after ten steps of an epoch of 40, a quarter of it."""
    healthy = {"learning_rate": rate, "body_update": 1e-3, "dominance": 0.9, "relative_loss": 0.8}
    return early_alarm([{"step": i + 1, **healthy, **figures} for i in range(steps)], 40, rate, TASK)


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({}, None),
        ({"body_update": 9e-3}, "learning-rate-too-high"),
        ({"body_update": 4e-5}, "learning-rate-too-low"),
        ({"body_update": 0.0}, None),  # frozen for now
        ({"dominance": 1.0, "relative_loss": 1.0}, "majority-collapse"),
        ({"dominance": 1.0, "relative_loss": 0.9}, None),  # it learns
        ({"dominance": 0.97, "relative_loss": 1.0}, None),
    ],
)
def test_a_quarter_of_the_first_epoch_tells(figures, code):
    """How far the weights move, and whether all answers are the same while nothing is learnt."""
    alarm = look(**figures)
    assert (alarm and alarm["code"]) == code
    assert alarm is None or (alarm["step"], bool(alarm["message"])) == (10, True)


def test_where_nearly_all_rows_have_one_label_such_answers_are_none():
    """As many as there are rows."""
    task = Task(labels=("ham", "spam"), counts=(99, 1), rows=100, multi_label=False)
    records = [{"step": i + 1, "learning_rate": 1e-4, "dominance": 0.99, "relative_loss": 1.0} for i in range(10)]
    assert early_alarm(records, 40, 1e-4, task) is None
    assert early_alarm(records, 40, 1e-4, TASK) is not None


def test_during_the_warm_up_the_ratio_at_the_peak_is_foreseen():
    """At a tenth of the rate a tenth of the ratio."""
    assert look(learning_rate=1e-5, body_update=4e-5) is None
    assert look(learning_rate=1e-5, body_update=9e-4)["code"] == "learning-rate-too-high"


def test_it_looks_at_a_quarter_and_a_half_only():
    """Where records are rare, at the first one after; and not before there are five steps."""
    wild = {"body_update": 9e-3}
    assert [steps for steps in range(1, 41) if look(steps, **wild)] == [10, 20]
    rare = [{"step": step, "learning_rate": 1e-4, **wild} for step in (8, 16)]
    assert early_alarm(rare[:1], 40, 1e-4, TASK) is None
    assert early_alarm(rare, 40, 1e-4, TASK)["step"] == 16
    few = [{"step": step, "learning_rate": 1e-4, **wild} for step in (1, 2)]
    assert early_alarm(few, 4, 1e-4, TASK) is None


def test_of_one_kind_there_is_one():
    """What was said at a quarter is not said again at half."""
    records = [{"step": i + 1, "learning_rate": 1e-4, "body_update": 9e-3} for i in range(20)]
    records[9]["alarm"] = {"step": 10, "code": "learning-rate-too-high", "message": "said"}
    assert early_alarm(records, 40, 1e-4, TASK) is None


def test_without_signals_there_is_no_alarm():
    """With several labels a row, and with adapters, there is nothing to look at."""
    assert early_alarm([{"step": 10, "learning_rate": 1e-4}], 40, 1e-4, TASK) is None

import pytest

from datakit.training.alarm import early_alarm

FREQUENT = 0.9


def look(steps=10, rate=1e-4, **figures):
    """Return the alarm after some steps of an epoch of 40; ten are a quarter of it."""
    healthy = {"learning_rate": rate, "body_update": 1e-3, "dominance": 0.9, "relative_loss": 0.8}
    return early_alarm([{"step": i + 1, **healthy, **figures} for i in range(steps)], 40, rate, FREQUENT)


@pytest.mark.parametrize(
    ("body_update", "code"),
    [
        (1e-3, None),
        (9e-3, "learning-rate-too-high"),
        (4e-5, "learning-rate-too-low"),
        (0.0, None),  # frozen for now
    ],
)
def test_a_quarter_of_the_first_epoch_tells_whether_steps_are_sound(body_update, code):
    """How far they move the weights."""
    alarm = look(body_update=body_update)
    assert (alarm and alarm["code"]) == code
    assert alarm is None or (alarm["step"], bool(alarm["message"])) == (10, True)


@pytest.mark.parametrize(
    ("dominance", "relative_loss", "code"),
    [
        (0.9, 0.8, None),
        (1.0, 1.0, "majority-collapse"),
        (1.0, 0.9, None),  # it learns
        (0.97, 1.0, None),
    ],
)
def test_three_quarters_tell_whether_all_answers_are_the_same(dominance, relative_loss, code):
    """And nothing is learnt; before that a sound training may look so too."""
    figures = {"dominance": dominance, "relative_loss": relative_loss}
    assert [look(steps, **figures) for steps in range(1, 41) if steps != 30] == [None] * 39
    alarm = look(30, **figures)
    assert (alarm and alarm["code"]) == code


def test_where_nearly_all_rows_have_one_label_such_answers_are_none():
    """As many as there are rows."""
    records = [{"step": i + 1, "learning_rate": 1e-4, "dominance": 0.99, "relative_loss": 1.0} for i in range(30)]
    assert early_alarm(records, 40, 1e-4, 0.99) is None
    assert early_alarm(records, 40, 1e-4, FREQUENT) is not None


def test_during_the_warm_up_the_ratio_at_the_peak_is_foreseen():
    """At a tenth of the rate a tenth of the ratio."""
    assert look(learning_rate=1e-5, body_update=4e-5) is None
    assert look(learning_rate=1e-5, body_update=9e-4)["code"] == "learning-rate-too-high"


def test_steps_are_looked_at_a_quarter_and_a_half_only():
    """Where records are rare, at the first one after; and not before there are five steps."""
    wild = {"body_update": 9e-3}
    assert [steps for steps in range(1, 41) if look(steps, **wild)] == [10, 20]
    rare = [{"step": step, "learning_rate": 1e-4, **wild} for step in (8, 16)]
    assert early_alarm(rare[:1], 40, 1e-4, FREQUENT) is None
    assert early_alarm(rare, 40, 1e-4, FREQUENT)["step"] == 16
    few = [{"step": step, "learning_rate": 1e-4, **wild} for step in (1, 2)]
    assert early_alarm(few, 4, 1e-4, FREQUENT) is None


def test_of_one_kind_there_is_one():
    """What was said at a quarter is not said again at half."""
    records = [{"step": i + 1, "learning_rate": 1e-4, "body_update": 9e-3} for i in range(20)]
    records[9]["alarm"] = {"step": 10, "code": "learning-rate-too-high", "message": "said"}
    assert early_alarm(records, 40, 1e-4, FREQUENT) is None


def test_without_signals_there_is_no_alarm():
    """With several labels a row, and with adapters, there is nothing to look at."""
    assert early_alarm([{"step": 10, "learning_rate": 1e-4}], 40, 1e-4, FREQUENT) is None

from dataclasses import replace

import pytest
from stories import DIAGNOSIS, examined, finished

from datakit.core.history import Alarm
from datakit.reports import trained
from datakit.reports.trained import _marks


def test_settings_tell_the_rates_that_were_tried():
    """And the tokens lost in percent."""
    story = examined()
    settings = {
        "tokens_lost": 0.0312,
        "learning_rate_trials": [{"rate": 5e-5, "update_ratio": 0.0004}, {"rate": 2e-4, "update_ratio": 0.0011}],
    }
    told = dict(trained._settings(replace(story, history=replace(story.history, settings=settings))))
    assert told["tokens lost"] == "3.1%"
    assert (
        "5e-05 moves the weights by 0.0004 a step; 0.0002 moves the weights by 0.0011 a step"
        in told["learning rates tried"]
    )


def marks(**changes):
    """Return name, step and epoch of what is marked on the curves of a story."""
    story = finished()
    history = replace(story.history, **changes)
    return [(mark.name, mark.step, mark.epoch) for mark in _marks(story, history)]


def test_a_diagnosis_is_marked_where_it_shows():
    """Overfitting begins at the least validation loss; an alarm stands at its step, in its epoch."""
    alarm = Alarm(step=500, code="nothing-learns", message="")
    assert marks() == [("kept", 1440, 3), ("overfitting from here", 1440, 3)]
    assert ("nothing-learns", 500, 2) in marks(alarms=(alarm,))
    assert ("diverged", 20, 1) in marks(diverged_at=20)


@pytest.mark.parametrize(("foreseen", "marked"), [(False, [("truncation", 1920, 4)]), (True, [])])
def test_what_is_known_of_the_whole_training_is_marked_at_its_end(foreseen, marked):
    """What was known before it is not a matter of its curves."""
    one = {**DIAGNOSIS, "finding": {**DIAGNOSIS["finding"], "code": "truncation"}, "foreseen": foreseen}
    story = replace(finished(), diagnoses=(one,))
    found = [(mark.name, mark.step, mark.epoch) for mark in _marks(story, story.history) if mark.grave]
    assert found == marked


def test_a_training_that_broke_off_before_its_first_epoch_has_marks():
    """There is no epoch to keep."""
    assert marks(epochs=(), best_epoch=0, diverged_at=7) == [("diverged", 7, 0)]


def test_a_diagnosis_tells_symptom_cause_and_remedy():
    """And what mending it would bring, where that is known."""
    expected = {"figure": "macro_f1", "now": 0.5, "at_least": 0.75, "as_has": "majority"}
    story = replace(finished(), diagnoses=({**DIAGNOSIS, "expected": expected},))
    told = trained._told(story.diagnoses[0])
    facts = dict(told["facts"])
    assert facts["cause"] == "the training rows are being learnt by heart (confidence 50%)"
    assert facts["remedy"].endswith("finetune.epochs=3 saves time")
    assert facts["would bring"] == "macro-F1 of 0.750 or more, as majority has; now 0.500"
    assert "follows from" not in facts

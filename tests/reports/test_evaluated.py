from dataclasses import replace

import pytest
from stories import Page, examined, examined_page

from datakit.reports import evaluated
from datakit.reports.html import render


def test_several_labels_a_row_have_their_own_figures():
    """Micro-F1 and Hamming loss are there; what does not exist for them is not."""
    page = Page(render(examined(several=True)))
    words = page.words
    assert "model reaches micro-F1" in words
    for figure in ("micro-F1", "Hamming loss", "least probability"):
        assert figure in words
    for figure in ("MCC", "balanced accuracy", "Confusion"):
        assert figure not in words
    assert "confusion" not in page.ids


def test_figures_of_which_less_is_better_are_best_where_they_are_least():
    """The best Brier score is the least one."""
    story = examined()
    low = {**story.metrics["model"], "brier": 0.001}
    rows = dict(evaluated._figures(replace(story, metrics={**story.metrics, "model": low}))["rows"])
    assert [(value, best) for value, _, best in rows["Brier score"] if best] == [(0.001, True)]
    assert max(value for value, *_ in rows["accuracy"]) == next(v for v, _, best in rows["accuracy"] if best)


def test_weak_parts_are_marked_and_labels_are_shown_only_if_weak():
    """Labels have a section of their own."""
    story = examined()
    part = {**story.metrics["slices"][0], "by": "label", "name": "the-label", "weak": True, "macro_f1": None}
    assert not any(one["by"] == "label" for one in evaluated._slices(story))
    text = render(replace(story, metrics={**story.metrics, "slices": [part]}))
    assert "the-label" in text
    assert text.count(">weak<") == 1
    assert ">weak<" not in examined_page()


@pytest.mark.parametrize(
    ("applied", "interval", "said"),
    [
        (False, [0.01, 0.03], "evaluate.thresholds=tuned does so"),
        (False, [-0.01, 0.03], "not shown to help"),
        (True, [-0.01, 0.03], "applied to all figures"),
    ],
)
def test_thresholds_are_worth_what_their_interval_says(applied, interval, said):
    """They are recommended only if the whole interval of the gain lies above 0."""
    story = examined()
    tuned = {**story.thresholds, "applied": applied, "gain": 0.02, "gain_interval": interval}
    assert said in " ".join(evaluated._thresholds(replace(story, thresholds=tuned))["said"])


def test_calibration_is_complained_about_only_beyond_chance():
    """An error whose interval reaches down to the floor is none."""
    story = examined()
    before = {**story.calibration["before"], "ece": 0.05, "ece_floor": 0.03}

    def said(low):
        warmth = {**story.calibration, "applied": False, "before": {**before, "ece_interval": [low, 0.09]}}
        return " ".join(evaluated._calibration(replace(story, calibration=warmth))["said"])

    assert "more than chance" in said(0.031)
    assert "no greater than chance" in said(0.03)


def test_a_run_of_an_older_version_has_no_reliability_diagram():
    """Its figures are shown all the same."""
    old = {name: value for name, value in examined().calibration.items() if not name.startswith("reliability")}
    shown = evaluated._calibration(replace(examined(), calibration=old))
    assert shown["plot"] is None
    assert shown["rows"]

"""The promotion gate, on answers made by hand."""

import pytest

from datakit.pipeline.jobs.promotion import against_champion, first

TRUE = ["spam"] * 100 + ["ham"] * 300 + ["news"] * 100


def wrong(rows, true=None):
    """Return answers that are wrong on these rows."""
    other = {"spam": "ham", "ham": "spam", "news": "ham"}
    return [other[label] if i in rows else label for i, label in enumerate(true or TRUE)]


def decided(champion, challenger, margin=0.05, tolerance=0.05):
    """Judge answers that are wrong on these rows."""
    return against_champion(TRUE, wrong(champion), wrong(challenger), margin=margin, tolerance=tolerance)


def test_a_better_model_and_one_that_is_as_good_are_promoted():
    """Fewer errors; or the same number of others."""
    better = decided(range(0, 400, 8), range(0, 400, 40))
    assert better.promoted
    assert better.macro_f1.low > 0
    alike = decided(range(0, 400, 40), range(1, 401, 40))
    assert alike.promoted
    assert alike.macro_f1.low > -0.05
    assert decided([5], [5]).promoted


def test_a_worse_model_is_refused_with_the_figures():
    """The sentence names the difference, its interval and the margin."""
    refused = decided(range(0, 400, 40), range(0, 400, 6))
    assert not refused.promoted
    assert "worse, beyond luck" in refused.reasons[0]
    assert "margin -5 points" in refused.reasons[0]


def test_what_so_few_rows_cannot_show_is_no_promotion():
    """An interval that reaches below the margin refuses, though the models may be alike."""
    true = ["spam"] * 8 + ["ham"] * 12
    few = against_champion(true, wrong([0, 9], true), wrong([1, 10], true), margin=0.05, tolerance=0.05)
    assert not few.promoted
    assert "more test rows narrow" in few.reasons[0]


def test_a_label_that_falls_beyond_luck_refuses_what_macro_f1_would_let_pass():
    """Gains in the other labels do not pay for it; a loss within the tolerance passes."""
    champion = range(100, 400, 3)
    fallen = decided(champion, range(400, 418), margin=0.5)
    assert fallen.macro_f1.difference > 0
    assert not fallen.promoted
    assert fallen.reasons == ("recall of 'news' has fallen by 18.0 points on 100 rows, beyond luck",)
    assert fallen.labels[0].label == "news"
    assert decided(champion, range(400, 418), margin=0.5, tolerance=0.2).promoted


def test_a_margin_of_nothing_asks_for_a_better_model():
    """The same answers do not do."""
    assert not decided([5], [5], margin=0.0).promoted


def test_rows_with_several_labels_and_labels_that_only_one_model_knows():
    """A label that the champion has never learnt is missed by it, and counts for the other."""
    true = [("offer",), ("work",), ("offer", "work"), ()] * 50
    champion = [tuple(label for label in row if label != "work") for row in true]
    decision = against_champion(true, champion, true, margin=0.05, tolerance=0.05)
    assert decision.promoted
    assert decision.macro_f1.difference == 0.5


@pytest.mark.parametrize(("low", "promoted"), [(0.5, True), (0.4, False)])
def test_the_first_model_must_beat_the_most_frequent_label_beyond_luck(low, promoted):
    """Its interval lies above the majority's macro-F1, or it is refused."""
    assert first(0.6, low, 0.46).promoted is promoted

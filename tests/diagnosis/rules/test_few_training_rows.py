import pytest
from sick import SICK

from datakit.testing import history, judge


def test_a_handful_of_rows_a_label_is_too_few():
    """New texts are the remedy that a recipe has."""
    diagnosis = judge("few-training-rows", **SICK["few-training-rows"])
    assert diagnosis.finding.message == "16 rows of 2 labels are too few to learn from"
    assert diagnosis.cause == "there are 8 rows a label"
    assert diagnosis.remedy == {"augment": {"target": "count=32"}}


@pytest.mark.parametrize(("spam", "accuracy", "fires"), [(15, 0.6, True), (16, 0.6, False), (4, 0.9, False)])
def test_sixteen_or_good_answers_are_enough(spam, accuracy, fires):
    """An easy task needs no more."""
    run = history(epochs=[{"accuracy": accuracy}], train_counts={"ham": 16, "spam": spam})
    assert (judge("few-training-rows", history=run) is not None) is fires

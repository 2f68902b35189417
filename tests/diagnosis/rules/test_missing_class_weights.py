import pytest
from sick import SICK

from datakit.core.findings import Severity
from datakit.testing import history, judge

RARE = {"train_counts": {"ham": 900, "spam": 100}}


def test_nine_to_one_without_weights_is_warned_of():
    """Before anything is trained."""
    diagnosis = judge("missing-class-weights", **SICK["missing-class-weights"])
    assert diagnosis.finding.message == "there are 9 rows of 'ham' to each of 'spam', and all rows weigh the same"
    assert (diagnosis.finding.severity, diagnosis.confidence) == (Severity.WARNING, 0.5)
    assert diagnosis.remedy == {"finetune": {"class_weights": "balanced"}}


@pytest.mark.parametrize(
    "other",
    [
        {"class_weights": "balanced"},
        {"class_weights": {"ham": 1, "spam": 2}},
        {"class_weights": "none", "loss": "ldam"},
        {"class_weights": "none", "sampling": "balanced"},
    ],
)
def test_any_other_remedy_will_do(other):
    """Two at once count rare labels twice."""
    assert judge("missing-class-weights", history=history(settings=other, **RARE)) is None


def test_the_ratio_is_an_option():
    """Eight to one is tolerated."""
    run = history(epochs=[], settings={"class_weights": "none"}, train_counts={"ham": 800, "spam": 100})
    assert judge("missing-class-weights", history=run) is None
    assert judge("missing-class-weights", history=run, options={"ratio": 8}) is not None


@pytest.mark.parametrize(
    ("recall", "update", "fires"), [(0.1, 1e-3, True), (0.5, 1e-3, False), (0.1, 5e-5, False)]
)
def test_afterwards_it_counts_whether_the_rare_label_was_found(recall, update, fires):
    """Where the steps were too short, weights alone do not help: macro-F1 .40."""
    run = history(
        epochs=[{"recall": {"ham": 0.99, "spam": recall}}],
        every_step={"body_update": update},
        settings={"class_weights": "none"},
        **RARE,
    )
    assert (judge("missing-class-weights", history=run) is not None) is fires


def test_a_real_look_ahead_knows_what_automatic_weights_come_to(before):
    """They are balanced; switched off, they are missed."""
    labels = ["ham"] * 60 + ["spam"] * 4
    assert judge("missing-class-weights", history=before(labels=labels)) is None
    assert judge("missing-class-weights", history=before(labels=labels, class_weights="none")) is not None

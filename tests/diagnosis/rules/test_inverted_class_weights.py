import pytest
from sick import SICK

from datakit.core.findings import Severity
from datakit.testing import judge


def test_weights_that_favour_the_frequent_label_are_warned_of():
    """They may be meant, but most often are the wrong way round."""
    diagnosis = judge("inverted-class-weights", **SICK["inverted-class-weights"])
    finding = diagnosis.finding
    assert finding.message.startswith("a row of 'ham' weighs 9, one of 'spam' 1, though there are 900")
    assert finding.evidence == {"weights": {"ham": 9, "spam": 1}, "rows": {"ham": 900, "spam": 100}}
    assert (finding.severity, diagnosis.remedy) == (Severity.WARNING, {"finetune": {"class_weights": "balanced"}})


@pytest.mark.parametrize(
    ("weights", "fires"),
    [
        ("auto", False),
        ("none", False),
        ({"ham": 1, "spam": 1}, False),
        ({"ham": 1, "spam": 9}, False),
        ({"ham": 2, "spam": 1}, True),
    ],
)
def test_usual_weights_are_none(before, weights, fires):
    """As a real look ahead records them: 48 `ham`, 16 `spam`."""
    run = before(labels=["ham"] * 48 + ["spam"] * 16, class_weights=weights)
    assert (judge("inverted-class-weights", history=run) is not None) is fires


def test_labels_of_equal_frequency_may_weigh_anything(before):
    """There is no rare one."""
    run = before(labels=["ham", "spam"] * 32, class_weights={"ham": 9, "spam": 1})
    assert judge("inverted-class-weights", history=run) is None

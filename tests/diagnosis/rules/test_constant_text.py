import pytest
from sick import SICK

from datakit.core.findings import Severity
from datakit.testing import history, judge


def test_texts_that_are_all_one_are_an_error():
    """The column may be the wrong one; no option mends that."""
    diagnosis = judge("constant-text", **SICK["constant-text"])
    assert diagnosis.finding.message == "97% of the training rows are the same to the model, token by token"
    assert (diagnosis.finding.severity, diagnosis.remedy) == (Severity.ERROR, {})


@pytest.mark.parametrize(("alike", "severity"), [(0.9, Severity.ERROR), (0.5, Severity.WARNING), (0.49, None)])
def test_a_few_that_differ_can_be_learnt_from(alike, severity):
    """Half of the rows are tolerated, at nine tenths nothing is left."""
    diagnosis = judge("constant-text", history=history(settings={"texts_alike": alike}))
    assert (diagnosis and diagnosis.finding.severity) == severity


def test_texts_that_begin_alike_are_read_to_their_end(before):
    """A header takes all the tokens there are; with their ends the texts differ, in a real look ahead."""
    texts = [f"{'cook dinner ' * 20} tonight at {i}" for i in range(64)]
    diagnosis = judge("constant-text", history=before(texts))
    assert diagnosis.remedy == {"finetune": {"long_texts": "head-tail"}}
    assert judge("constant-text", history=before(texts, long_texts="head-tail")) is None
    assert judge("constant-text", history=before()) is None

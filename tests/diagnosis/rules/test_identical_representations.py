import pytest

from datakit.core.history import Start
from datakit.testing import history, judge


@pytest.mark.parametrize(("cosine", "fires"), [(1.0, True), (0.99995, True), (0.9998, False), (None, False)])
def test_texts_that_look_alike_to_the_encoder_are_an_error(cosine, fires):
    """RoBERTa's vectors lie near each other while it is healthy; a single row has no other to compare with."""
    run = history(
        epochs=[{"information": 0.0}], start=Start(loss=0.7, relative_loss=1.0, cosine=cosine, learning=1.0)
    )
    diagnosis = judge("identical-representations", history=run)
    assert (diagnosis is not None) is fires
    assert diagnosis is None or diagnosis.finding.evidence["cosine"] == cosine


def test_an_encoder_that_learnt_to_tell_them_apart_is_none():
    """One with random weights begins so too."""
    run = history(start=Start(loss=0.7, relative_loss=1.0, cosine=1.0, learning=1.0))
    assert judge("identical-representations", history=run) is None

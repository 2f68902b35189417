import pytest
from sick import SICK

from datakit.testing import history, judge


def test_more_is_read_of_texts_that_are_cut():
    """Four times as much, up to what encoders can take; then all, in windows."""
    diagnosis = judge("truncation", **SICK["truncation"])
    assert (
        diagnosis.finding.message
        == "90% of the training texts are cut to 8 tokens; 60% of the tokens are not read"
    )
    assert diagnosis.remedy == {"finetune": {"max_length": 32}}
    assert judge("truncation", history=run(max_length=256)).remedy == {"finetune": {"max_length": 512}}
    assert judge("truncation", history=run(max_length=512)).remedy == {"finetune": {"long_texts": "chunks"}}


@pytest.mark.parametrize("other", [{"texts_truncated": 0.25}, {"tokens_lost": 0.1}])
def test_a_few_lost_tokens_are_tolerated(other):
    """The limits are options."""
    assert judge("truncation", history=run(**other)) is None


def test_where_the_model_does_well_nothing_is_missed():
    """The validation loss is a fifth of a blind answer's."""
    assert judge("truncation", history=run(epoch={"relative_loss": 0.2})) is None


def run(epoch=None, **settings):
    """Return the record of a training that read little of its texts."""
    return history(epochs=[epoch or {}], settings={"texts_truncated": 0.9, "tokens_lost": 0.6, **settings})

import json

import pytest
from sick import SICK

from datakit.core.findings import Severity
from datakit.testing import history, judge
from datakit.training.models import resolve


def test_tokens_without_embeddings_are_an_error():
    """RoBERTa's tokenizer with BERT's weights."""
    finding = judge("wrong-tokenizer", **SICK["wrong-tokenizer"]).finding
    assert finding.message == "the tokenizer knows 50,265 tokens, the model has embeddings for 30,522"
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("settings", "fires"),
    [
        ({"tokenizer_size": 30_522, "embeddings": 30_522}, False),
        ({"tokenizer_size": 50_265, "embeddings": 50_304}, False),  # rounded up
        ({"padding_ids": [1, 0]}, True),
        ({"padding_ids": [0, 0]}, False),
        ({"padding_ids": [0, None]}, False),  # the config does not tell
        ({"tokens_unknown": 0.66}, True),
        ({"tokens_unknown": 0.1}, False),
    ],
)
def test_what_does_not_fit_is_warned_of(settings, fires):
    """Sizes, padding, and what was read."""
    assert (judge("wrong-tokenizer", history=history(settings=settings, epochs=[{}])) is not None) is fires


def test_unknown_tokens_that_were_not_missed_are_none():
    """The validation loss is a fifth of a blind answer's."""
    run = history(epochs=[{"relative_loss": 0.2}], settings={"tokens_unknown": 0.66})
    assert judge("wrong-tokenizer", history=run) is None


@pytest.mark.parametrize(("rank", "loss", "fires"), [(0.55, 0.7, True), (0.55, 0.3, False), (0.3, 0.7, False)])
def test_tokens_from_everywhere_in_the_vocabulary_are_told_where_little_was_learnt(rank, loss, fires):
    """Ids of another vocabulary of the same size; one in another order does no harm."""
    run = history(epochs=[{"relative_loss": loss}], settings={"token_rank": rank})
    assert (judge("wrong-tokenizer", history=run) is not None) is fires


def test_frequent_words_stand_at_the_beginning_of_a_real_vocabulary(before):
    """MiniLM's."""
    run = before(["the film is a delight", "what a waste of time"] * 32, encoder=resolve("minilm").folder)
    assert 0.05 < run.settings["token_rank"] < 0.3


def test_texts_of_another_language_are_known_by_a_real_look_ahead(before):
    """The tiny tokenizer knows Latin letters only."""
    found = judge("wrong-tokenizer", history=before(["太难吃了", "好吃"] * 32))
    assert found.finding.evidence == {"tokens_unknown": pytest.approx(0.6, abs=0.1)}
    assert judge("wrong-tokenizer", history=before()) is None


def test_a_tokenizer_with_another_id_for_padding_is_known_by_a_real_look_ahead(before, tiny_encoder, tmp_path):
    """The config says 4, the tokenizer 0."""
    for path in tiny_encoder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    config = json.loads((tmp_path / "config.json").read_bytes())
    (tmp_path / "config.json").write_text(json.dumps({**config, "pad_token_id": 4}))
    run = before(encoder=tmp_path)
    assert run.settings["padding_ids"] == [0, 4]
    assert judge("wrong-tokenizer", history=run).finding.severity is Severity.WARNING

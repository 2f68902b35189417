"""The peak learning rate."""

import gzip
import json
from itertools import islice

import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from datakit.core.corpus import Corpus
from datakit.core.errors import GateError
from datakit.core.hushed import quiet_transformers
from datakit.training.architecture import build
from datakit.training.batches import padding_of, rows_of
from datakit.training.criterion import criterion_of
from datakit.training.documents import Reading
from datakit.training.layers import freeze
from datakit.training.learning_rate import (
    HEALTHY,
    batches_of,
    body_of,
    default_rate,
    peak_rate,
    suggest,
    update_ratio,
)
from datakit.training.models import resolve
from datakit.training.sampling import sampler_of
from datakit.training.settings import Settings
from datakit.training.task import Task


@pytest.fixture
def model(tiny_encoder):
    """Give a tiny BERT."""
    return AutoModelForSequenceClassification.from_pretrained(tiny_encoder, num_labels=2)


def batches():
    """Yield the same small batch for ever."""
    while True:
        ids = torch.arange(10, 34).reshape(4, 6)
        yield {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": torch.tensor([0, 1, 0, 1])}


def loss(outputs, targets):
    """Return the plain cross-entropy."""
    return torch.nn.functional.cross_entropy(outputs["logits"], targets)


def test_the_update_ratio_is_that_of_two_lengths():
    """(3, 4) moved by (0, 1) is a fifth; tensors count together; nothing moves nothing."""
    assert update_ratio([torch.tensor([3.0, 4.0])], [torch.tensor([3.0, 5.0])]) == pytest.approx(0.2)
    before, after = [torch.tensor([3.0]), torch.tensor([4.0])], [torch.tensor([3.0]), torch.tensor([5.0])]
    assert update_ratio(before, after) == pytest.approx(0.2)
    assert update_ratio([], []) == 0.0


def test_the_body_is_the_matrices_of_the_blocks_that_learn(model):
    """Neither embeddings nor head, neither biases nor norms, nothing frozen."""
    layers = model.bert.encoder.layer
    assert {id(p) for p in body_of(model)} == {id(p) for p in layers.parameters() if p.ndim > 1}
    freeze(model, "0")
    assert {id(p) for p in body_of(model)} == {id(p) for p in layers[1].parameters() if p.ndim > 1}


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "adafactor"])
def test_the_suggested_rate_hardly_depends_on_where_the_search_begins(model, optimizer):
    """Four orders of magnitude apart; the model stays as it is, and 30 batches are enough."""
    before = {name: value.clone() for name, value in model.state_dict().items()}
    settings = Settings(optimizer=optimizer, learning_rate=0.01, dropout=0.0)
    rates = [suggest(model.eval(), islice(batches(), 30), loss, settings, start)[0] for start in (1e-6, 1e-2)]
    assert max(rates) < 2 * min(rates)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_rate_is_as_set_or_by_size_or_suggested(model):
    """Only a suggestion costs batches; its trials are told."""
    assert peak_rate(model, iter(()), loss, Settings(learning_rate=0.03)) == (0.03, ())
    assert peak_rate(model, iter(()), loss, Settings()) == (1e-4, ())
    rate, trials = peak_rate(model, batches(), loss, Settings(learning_rate="suggest"))
    assert trials[0].rate == 1e-4
    assert HEALTHY[0] < trials[-1].update_ratio < HEALTHY[1]
    assert rate == pytest.approx(trials[-1].rate * 1e-3 / trials[-1].update_ratio, rel=0.05)
    assert default_rate(Settings(lora_rank=4), model) == pytest.approx(1.5e-3)


def test_nothing_is_suggested_where_the_body_does_not_move(model):
    """All blocks frozen: the ratio is that of nothing."""
    freeze(model, "0-1")
    with pytest.raises(GateError, match="no rate can be suggested"):
        suggest(model, batches(), loss, Settings(), 1e-4)


@pytest.mark.parametrize("start", [1e-6, 2e-5, 5e-3])
def test_on_real_questions_the_suggested_rate_is_a_healthy_one(shared_data, start):
    """MiniLM on TREC-6 learns well from 1e-4 to 5e-4, wherever the search begins."""
    with gzip.open(shared_data / "trec6.train.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in islice(file, 600)]
    train = Corpus.from_columns([line["text"] for line in lines], [line["label"] for line in lines])
    task, settings, folder = Task.of(train), Settings(batch_size=8), resolve("minilm").folder
    with quiet_transformers(), torch.random.fork_rng():
        torch.manual_seed(1)
        model = build(folder, task, settings)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        ids = Reading(max_length=64).windows(tokenizer, train.texts).ids
        rows = rows_of(ids, task.targets(train))
        sampler = sampler_of(settings, task, train, rows["length"], 13)
        given = batches_of(rows, sampler, padding_of(tokenizer), settings)
        rate, _ = suggest(model, given, criterion_of(settings, task), settings, start)
    assert 1e-4 <= rate <= 5e-4

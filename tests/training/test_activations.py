"""The states above frozen layers, computed once."""

import numpy as np
import pytest
import torch
from support import fine_tuned, fine_tuned_on_label_sets, save_tiny, sms
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from datakit.core.files import digest_of_tree
from datakit.training import activations
from datakit.training.activations import FAMILIES, FrozenBottom, padded
from datakit.training.batches import padding_of, rows_of
from datakit.training.devices import bf16_pays, device
from datakit.training.layers import freeze
from datakit.training.models import resolve
from datakit.training.predict import Classifier
from datakit.training.settings import Settings

CACHED = ("bert", "distilbert", "roberta", "modernbert")
TEXTS = [row["text"] for row in sms(12)] + ["a", "call " * 40]


def model_of(folder, frozen):
    """Return a tiny model with frozen parts, and its tokenizer."""
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=2).eval()
    freeze(model, frozen)
    return model, AutoTokenizer.from_pretrained(folder)


def train(encoder, folder, **settings):
    """Fine-tune on a few messages; return history and splits."""
    defaults = {"epochs": 3, "batch_size": 4, "learning_rate": 5e-3, "max_length": 32}
    return fine_tuned(encoder, folder, Settings(**{**defaults, **settings}))


@pytest.mark.parametrize("frozen", ["embeddings,0", "embeddings,0-1"])
@pytest.mark.parametrize("family", CACHED)
def test_a_model_says_the_same_from_the_states_as_from_the_tokens(family, frozen, tmp_path, monkeypatch):
    """Exactly, but for the order of sums, where states are kept in fp32; padding changes nothing."""
    monkeypatch.setattr(activations, "bf16_pays", lambda _: False)
    model, tokenizer = model_of(save_tiny(family, tmp_path / family), frozen)
    ids = tokenizer(TEXTS)["input_ids"]
    rows, padding = rows_of(ids, [0] * len(ids)), padding_of(tokenizer)
    with torch.no_grad():
        expected = model(**padding([{"input_ids": row} for row in ids])).logits
    bottom = FrozenBottom.of(model)
    states = bottom.states(rows, padding, tmp_path / "spill")
    bottom.skip()
    batch = padded([states[i] for i in range(len(states))])
    batch.pop("labels")
    with torch.no_grad():
        assert torch.allclose(model(**batch).logits, expected, atol=1e-5)
    assert len(bottom.blocks) == (2 if "1" in frozen else 1)


def test_many_states_are_kept_in_a_file(tiny_encoder, tmp_path, monkeypatch):
    """And are the same as in memory."""
    model, tokenizer = model_of(tiny_encoder, "embeddings,0")
    ids = tokenizer(TEXTS)["input_ids"]
    rows, padding = rows_of(ids, [0] * len(ids)), padding_of(tokenizer)
    bottom = FrozenBottom.of(model)
    in_memory = bottom.states(rows, padding, tmp_path / "one")
    monkeypatch.setattr(activations, "_IN_MEMORY", 100)
    in_file = bottom.states(rows, padding, tmp_path / "two")
    assert not (tmp_path / "one").exists()
    size = 2 if bf16_pays(device()) else 4
    assert (tmp_path / "two").stat().st_size == sum(map(len, ids)) * 32 * size
    for one, two in zip(in_memory, in_file, strict=True):
        assert torch.equal(one["inputs_embeds"], two["inputs_embeds"])


@pytest.mark.parametrize(
    ("family", "frozen"),
    [
        ("bert", None),
        ("bert", "0-1"),
        ("bert", "embeddings"),
        ("bert", "embeddings,1"),
        ("deberta-v2", "embeddings,0"),
    ],
)
def test_what_learns_is_not_cached(family, frozen, tmp_path):
    """Nor a family that is not known to allow it."""
    model, _ = model_of(save_tiny(family, tmp_path / family), frozen)
    assert FrozenBottom.of(model) is None
    assert family in FAMILIES or frozen


@pytest.mark.parametrize("family", CACHED)
def test_the_trained_model_is_the_ordinary_one(family, tmp_path):
    """The frozen parts are those of the encoder, the others have learnt, and it predicts as validation said."""
    encoder = save_tiny(family, tmp_path / family)
    history, splits = train(encoder, tmp_path, freeze="embeddings,0")
    assert history.settings["cached_blocks"] == 1
    model = Classifier(tmp_path / "model")
    predicted = np.array(model.labels)[model.probabilities(splits.validation.texts).argmax(axis=1)]
    best = history.epochs[history.best_epoch - 1]
    counts = {label: int((predicted == label).sum()) for label in model.labels}
    assert counts == best.predicted
    before = AutoModelForSequenceClassification.from_pretrained(encoder).base_model.state_dict()
    after = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model").base_model.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert any(".1." in name for name in changed)
    assert not any("embeddings" in name or ".0." in name for name in changed)


def test_the_same_seed_gives_the_same_weights_from_states(tiny_encoder, tmp_path):
    """To the byte; `cache: false` computes the bottom at each step, with its dropout, and gives others."""
    for name, cache in (("a", True), ("b", True), ("c", False)):
        history, _ = train(tiny_encoder, tmp_path / name, freeze="embeddings,0", cache=cache, epochs=1)
        assert history.settings["cached_blocks"] == cache
    a, b, c = (digest_of_tree(tmp_path / name / "model") for name in "abc")
    assert a == b != c


def test_rows_with_several_labels_are_learnt_from_states(tmp_path):
    """By the real MiniLM with two blocks that learn; the saved model tells the same of texts."""
    settings = Settings(epochs=5, batch_size=8, max_length=32, freeze="embeddings,0-3")
    history = fine_tuned_on_label_sets(resolve("minilm").folder, tmp_path, settings)
    assert history.settings["cached_blocks"] == 4
    assert history.epochs[history.best_epoch - 1].macro_f1 > 0.9
    given = (
        Classifier(tmp_path / "model").probabilities(["cash prize 1", "meeting 1", "cash meeting 1", "well 1"])
        > 0.5
    )
    assert given.tolist() == [[True, False], [False, True], [True, True], [False, False]]

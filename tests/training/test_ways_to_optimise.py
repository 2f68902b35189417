"""Ways to optimise, in whole trainings."""

import pytest
from safetensors.torch import load_file
from support import fine_tuned, save_tiny

from datakit.core.files import digest_of_tree
from datakit.evaluation import measure
from datakit.training.predict import Classifier
from datakit.training.settings import Settings


def train(encoder, folder, **settings):
    """Fine-tune on a few messages; return history and splits."""
    defaults = {"max_length": 32, "batch_size": 4, "epochs": 3, "learning_rate": 5e-3}
    return fine_tuned(encoder, folder, Settings(**{**defaults, **settings}), n=50)


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "sgd", "learning_rate": 0.05, "l1": 1e-4, "schedule": "cosine"},
        {"optimizer": "adafactor", "schedule": "cosine-restarts", "dropout": 0.0},
        {"schedule": "plateau", "layer_decay": 0.8, "accumulation": 3, "max_grad_norm": 0.0},
        {"schedule": "cyclical", "freeze": "embeddings", "unfreeze": 1, "learning_rate": "suggest"},
        {"schedule": "constant", "weight_decay": 0.1, "warmup": 0.0},
    ],
    ids="-".join,
)
def test_every_way_to_optimise_trains_and_is_the_same_again(settings, tiny_encoder, tmp_path):
    """Each is told in the history as it was resolved; a second run gives the same weights to the byte."""
    digests = []
    for name in ("a", "b"):
        history, splits = train(tiny_encoder, tmp_path / name, **settings)
        digests.append(digest_of_tree(tmp_path / name / "model"))
    assert digests[0] == digests[1]
    assert len(history.epochs) == 3
    assert isinstance(history.settings["learning_rate"], float)
    assert len(history.settings["learning_rate_trials"]) == (
        2 if settings.get("learning_rate") == "suggest" else 0
    )
    assert Classifier(tmp_path / "a" / "model").probabilities(splits.test.texts).shape[1] == 2


@pytest.mark.parametrize("family", ["distilbert", "modernbert"])
def test_lora_is_merged_into_an_ordinary_model_that_is_the_best_epochs(family, tmp_path):
    """The folder holds no adapter, and its model is as good on the validation split as the history says."""
    encoder = save_tiny(family, tmp_path / family)
    pytest.importorskip("peft")
    history, splits = train(encoder, tmp_path, lora_rank=8, learning_rate=1e-2)
    weights = load_file(tmp_path / "model" / "model.safetensors")
    assert not [name for name in weights if "lora" in name]
    before = load_file(encoder / "model.safetensors")
    moved = {n for n, value in before.items() for m, w in weights.items() if m.endswith(n) and not w.equal(value)}
    assert moved
    assert not [name for name in moved if "embeddings" in name]
    model = Classifier(tmp_path / "model")
    metrics = measure(model.labels, splits.validation.labels, model.probabilities(splits.validation.texts))
    assert metrics.macro_f1 == pytest.approx(history.epochs[history.best_epoch - 1].macro_f1, abs=1e-6)


def test_frozen_parts_stay_as_they_are(tiny_encoder, tmp_path):
    """To the bit; the others move."""
    train(tiny_encoder, tmp_path, freeze="embeddings,0")
    before = load_file(tiny_encoder / "model.safetensors")
    after = load_file(tmp_path / "model" / "model.safetensors")
    same = {name for name, value in before.items() if after[f"bert.{name}"].equal(value)}
    assert {n for n in before if "embeddings" in n or "layer.0." in n} <= same
    assert not [name for name in same if "layer.1." in name and name.endswith("weight") and "Norm" not in name]

"""Fine-tuning, with tiny models of every family and with the real embedded encoder."""

import random

import numpy as np
import pytest
import torch
from support import FAMILIES, fine_tuned, fine_tuned_on_label_sets, save_tiny, sms

from datakit.core.corpus import Corpus
from datakit.core.errors import GateError, UsageError
from datakit.core.files import digest_of_tree
from datakit.evaluation import measure
from datakit.splitting import split
from datakit.training.finetune import finetune
from datakit.training.models import resolve
from datakit.training.predict import Classifier
from datakit.training.recorder import DivergedError
from datakit.training.settings import Settings


def train(encoder, folder, n=80, seed=13, progress=lambda *_: None, **settings):
    """Fine-tune on a few messages; return history and splits."""
    # Not checked: a rate that no recipe may ask for makes a training diverge for certain.
    given = Settings.model_construct(**{"epochs": 1, "max_length": 32, **settings})
    return fine_tuned(encoder, folder, given, n=n, seed=seed, progress=progress)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_trains_and_predicts(family, tmp_path):
    """A folder saved by save_pretrained is enough; probabilities sum to one and follow the texts' order."""
    history, splits = train(save_tiny(family, tmp_path / family), tmp_path, n=40)
    assert history.labels == ("ham", "spam")
    assert len(history.epochs) == 1
    model = Classifier(tmp_path / "model")
    texts = splits.train.texts
    probabilities = model.probabilities(texts)
    assert probabilities.shape == (len(texts), 2)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.allclose(model.probabilities(texts[::-1]), probabilities[::-1], atol=2e-2)


def test_the_embedded_encoder_learns(tmp_path):
    """The real MiniLM tells the two kinds of message apart after two epochs."""
    history, splits = train(resolve("minilm").folder, tmp_path, epochs=2)
    assert history.settings["learning_rate"] == 1e-4
    model = Classifier(tmp_path / "model")
    metrics = measure(model.labels, splits.test.labels, model.probabilities(splits.test.texts))
    assert metrics.macro_f1 == 1.0


def test_the_same_seed_gives_the_same_weights_and_another_one_others(tiny_encoder, tmp_path):
    """To the byte, on one machine."""
    digests = []
    for name, seed in (("a", 13), ("b", 13), ("c", 14)):
        train(tiny_encoder, tmp_path / name, seed=seed)
        digests.append(digest_of_tree(tmp_path / name / "model"))
    assert digests[0] == digests[1] != digests[2]


def test_the_global_random_states_are_given_back(tiny_encoder, tmp_path):
    """Training seeds all generators; the caller's go on as if nothing had been."""
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    torch.manual_seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    train(tiny_encoder, tmp_path, n=40)
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    assert before == after


def test_the_best_epoch_is_kept_and_training_stops_when_it_gets_no_better(tiny_encoder, tmp_path):
    """With no learning to speak of, patience ends the run, and the first of equal epochs is the best."""
    history, splits = train(tiny_encoder, tmp_path, epochs=6, patience=1, learning_rate=1e-8)
    assert (history.best_epoch, len(history.epochs), history.stopped_early) == (1, 2, True)
    assert sum(history.epochs[0].predicted.values()) == len(splits.validation)


def test_progress_and_tensorboard_events_are_written(tiny_encoder, tmp_path):
    """Every step is told; the event file is there for TensorBoard."""
    told = []
    history, _ = train(tiny_encoder, tmp_path, progress=lambda done, total, _: told.append((done, total)))
    assert told == [(i + 1, len(told)) for i in range(len(told))]
    assert history.steps[-1].step == len(told)
    assert list((tmp_path / "events").glob("events.out.tfevents.*"))


def test_a_diverged_training_ends_with_the_step_and_the_fix(tiny_encoder, tmp_path):
    """The Trainer itself would hide the NaN and save a broken model."""
    with pytest.raises(GateError, match="diverged") as caught:
        train(tiny_encoder, tmp_path, epochs=3, learning_rate=1e30)
    assert "learning_rate" in caught.value.problems[0].fix
    assert not (tmp_path / "model").exists()


def test_master_weights_are_fp32_whatever_the_checkpoint(tiny_encoder, tmp_path):
    """A bf16 checkpoint is trained and saved in fp32: bf16 weights would swallow small updates."""
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(tiny_encoder).to(torch.bfloat16).save_pretrained(tmp_path / "half")
    AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(tmp_path / "half")
    train(tmp_path / "half", tmp_path, n=40)
    weights = load_file(tmp_path / "model" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float32}


def test_a_checkpoint_with_a_head_for_other_labels_gets_a_new_head(tiny_encoder, tmp_path):
    """Fine-tuning a fine-tuned model on other labels works."""
    train(tiny_encoder, tmp_path / "first", n=40)
    rows = [(f"message number {i}", f"class-{i % 3}") for i in range(60)]
    splits = split(Corpus.from_columns([t for t, _ in rows], [label for _, label in rows]))
    history = finetune(
        tmp_path / "first" / "model",
        splits.train,
        splits.validation,
        tmp_path / "second",
        settings=Settings(epochs=1, max_length=32),
        seed=13,
        events=tmp_path / "events",
        progress=lambda *_: None,
    )
    assert history.labels == ("class-0", "class-1", "class-2")
    assert Classifier(tmp_path / "second").labels == history.labels


def test_rows_with_several_labels_are_learnt(tmp_path):
    """Each label has a probability of its own; a row may get several labels, or none."""
    settings = Settings(epochs=4, max_length=32)
    history = fine_tuned_on_label_sets(resolve("minilm").folder, tmp_path, settings)
    assert history.epochs[history.best_epoch - 1].macro_f1 > 0.9
    model = Classifier(tmp_path / "model")
    assert model.multi_label
    offer, work = (model.probabilities(["cash prize 1", "meeting 1", "cash meeting 1", "well 1"]) > 0.5).T
    assert offer.tolist() == [True, False, True, False]
    assert work.tolist() == [False, True, True, False]


def test_rows_of_validation_with_an_unseen_label_do_not_choose_the_epoch(tiny_encoder, tmp_path):
    """They cannot be learnt; with no other rows there is nothing to choose by."""
    rows = sms(60)
    train = Corpus.from_columns([r["text"] for r in rows], [r["label"] for r in rows])
    mixed = Corpus.from_columns(["win cash", "hello there", "who is it"], ["spam", "ham", "unknown"])
    arguments = {
        "settings": Settings(epochs=1, max_length=32),
        "seed": 13,
        "events": tmp_path / "events",
        "progress": lambda *_: None,
    }
    history = finetune(tiny_encoder, train, mixed, tmp_path / "model", **arguments)
    assert history.validation_counts == {"spam": 1, "ham": 1}
    unknown = Corpus.from_columns(["who is it"], ["unknown"])
    with pytest.raises(GateError, match="has a label that"):
        finetune(tiny_encoder, train, unknown, tmp_path / "other", **arguments)


def test_a_batch_that_does_not_fit_is_halved_until_it_does(tiny_encoder, tmp_path, monkeypatch):
    """Twice as many batches make a step, so the steps are as many; a single row that does not fit is an error."""
    from transformers import BertModel

    most = 4
    forward = BertModel.forward

    def small(self, input_ids=None, **inputs):
        if self.training and len(input_ids) > most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, input_ids=input_ids, **inputs)

    monkeypatch.setattr(BertModel, "forward", small)
    history, splits = train(tiny_encoder, tmp_path, batch_size=16)
    assert (history.settings["batch_size"], history.settings["accumulation"]) == (4, 4)
    assert history.steps[-1].step == -(-len(splits.train) // 16)
    most = 0
    with pytest.raises(UsageError, match="single row"):
        train(tiny_encoder, tmp_path / "none")


def test_a_diverged_training_carries_its_history(tiny_encoder, tmp_path):
    """What was recorded until then is there for the diagnosis."""
    with pytest.raises(DivergedError) as caught:
        train(tiny_encoder, tmp_path, epochs=3, learning_rate=1e30)
    assert caught.value.history.labels == ("ham", "spam")
    assert caught.value.history.settings["learning_rate"] == 1e30

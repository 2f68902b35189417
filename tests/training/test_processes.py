"""Several processes that train together: here two on the CPU, by gloo."""

from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from support import in_fp32, killed_in_part, sms, with_checkpoints_everywhere
from transformers import TrainingArguments

from datakit.core.corpus import Corpus
from datakit.core.errors import TransientError, UsageError
from datakit.core.files import digest_of_tree
from datakit.splitting import split
from datakit.training import finetune as module
from datakit.training.predict import Classifier
from datakit.training.processes import together
from datakit.training.recorder import DivergedError, Listeners
from datakit.training.settings import Settings

NO_DROPOUT = {"dropout": 0, "attention_dropout": 0}


class Ended(Exception):  # noqa: N818  (it stands for a signal)
    """Stands for what ends a training from outside."""


@pytest.fixture
def train(tiny_encoder, tmp_path):
    """Return a function that trains on 67 rows, of which the last batch of four has three."""
    rows = sms(84)
    texts = [row["text"] * (1 + i % 3) for i, row in enumerate(rows)]
    splits = split(Corpus.from_columns(texts, [row["label"] for row in rows]))

    def run(
        name,
        *,
        train=splits.train,
        validation=splits.validation,
        progress=lambda *_: None,
        watch=lambda _: None,
        **settings,
    ):
        options = {"epochs": 2, "processes": 2, "batch_size": 2, "learning_rate": 5e-3, "max_length": 32}
        return module.finetune(
            tiny_encoder,
            train,
            validation,
            tmp_path / name / "model",
            settings=Settings.model_construct(**(options | settings)),
            seed=13,
            events=tmp_path / name / "events",
            progress=progress,
            checkpoints=tmp_path / name / "checkpoints",
            watch=watch,
        )

    run.splits = splits
    return run


@pytest.fixture
def fp32(monkeypatch):
    """Compute in fp32 in all processes: bf16 would round gradients to three digits."""
    monkeypatch.setattr(module, "bf16_pays", lambda _: False)
    monkeypatch.setattr(module, "together", lambda work, *rest: together(partial(in_fp32, work), *rest))


def close(one, other):
    """Tell whether two histories have the same figures, to six digits."""
    for a, b in zip(one.steps, other.steps, strict=True):
        assert (a.step, a.learning_rate) == (b.step, b.learning_rate)
        assert (a.loss, a.grad_norm) == pytest.approx((b.loss, b.grad_norm), rel=1e-4, abs=3e-6)
    for a, b in zip(one.epochs, other.epochs, strict=True):
        assert (a.step, a.macro_f1, a.predicted) == (b.step, b.macro_f1, b.predicted)
        assert a.validation_loss == pytest.approx(b.validation_loss, rel=1e-4, abs=3e-6)
    return True


@pytest.mark.usefixtures("fp32")
def test_two_processes_train_as_one_does_with_batches_of_twice_the_size(train, tmp_path):
    """Without dropout: same rows, gradients, rates and validation, but for the last digits of sums."""
    told, watched = [], []
    two = train("two", **NO_DROPOUT, progress=lambda done, *_: told.append(done), watch=watched.append)
    one = train("one", **NO_DROPOUT, processes=1, batch_size=4)
    assert len(train.splits.train) % 4 == 3
    assert close(two, one)
    assert (told, watched) == (list(range(1, 35)), list(two.epochs))
    learnt = [load_file(tmp_path / name / "model" / "model.safetensors") for name in ("two", "one")]
    assert learnt[0].keys() == learnt[1].keys()
    # AdamW divides by the gradient's own size, so that its last digits show where it is next to nothing.
    assert all(np.allclose(learnt[0][name], learnt[1][name], atol=2e-3) for name in learnt[0])
    logits = np.log(Classifier(tmp_path / "two" / "model").probabilities(train.splits.validation.texts))
    assert len(list((tmp_path / "two" / "events").glob("events.out.tfevents.*"))) == 1
    assert np.isfinite(logits).all()


@pytest.mark.slow
def test_the_same_number_of_processes_gives_the_same_weights_also_when_killed_in_between(
    train, tmp_path, monkeypatch
):
    """To the byte, dropout and all; from a checkpoint too."""
    often = partial(partial, with_checkpoints_everywhere)
    monkeypatch.setattr(module, "together", lambda work, *rest: together(often(work), *rest))

    def end(done, *_):
        if done == 21:
            raise Ended

    whole = train("whole")
    assert whole.epochs[-1].macro_f1 > 0.9
    with pytest.raises(Ended):
        train("ended", progress=end)
    assert list((tmp_path / "ended" / "checkpoints").rglob("checkpoint/rng_state_1.pth"))
    assert train("ended") == whole
    assert digest_of_tree(tmp_path / "ended" / "model") == digest_of_tree(tmp_path / "whole" / "model")


@pytest.mark.slow
@pytest.mark.usefixtures("fp32")
@pytest.mark.parametrize(
    "options",
    [
        {"accumulation": 2},
        {"long_texts": "chunks", "max_length": 16},
        {"unfreeze": 2},
        {"freeze": "embeddings,0"},
        {"sampling": "oversample", "class_weights": "none"},
        {"schedule": "plateau", "loss": "focal"},
    ],
    ids=str,
)
def test_every_way_to_train_is_the_same_in_two_processes(options, train):
    """Windows of a text are judged together, frozen layers cached, parts thawed, steps made of several batches."""
    two = train("two", **NO_DROPOUT, **options)
    assert close(two, train("one", **NO_DROPOUT, **options, processes=1, batch_size=4))


@pytest.mark.slow
@pytest.mark.usefixtures("fp32")
def test_rows_with_several_labels_are_learnt_by_two_processes(train):
    """The mean is over all labels of all rows of a step."""
    rows = train.splits.train
    sets = [[label, "even"] if i % 2 else [label] for i, label in enumerate(rows.labels)]
    several = Corpus.from_columns(rows.texts, None, labels=sets)
    arguments = {"validation": several, "train": several, **NO_DROPOUT}
    assert close(train("two", **arguments), train("one", **arguments, processes=1, batch_size=4))


@pytest.mark.slow
def test_what_goes_wrong_in_a_process_is_told_as_it_would_be_in_one(train):
    """A divergence with its history; too few rows; a search that stops a trial."""
    with pytest.raises(DivergedError) as diverged:
        train("diverged", learning_rate=1e30)
    assert diverged.value.history.settings["learning_rate"] == 1e30
    assert "learning_rate" in diverged.value.problems[0].fix
    with pytest.raises(UsageError, match="2 processes for 1 rows"):
        train("few", train=train.splits.train.take([0]))
    epochs = []

    def watch(epoch):
        epochs.append(epoch)
        raise Ended

    with pytest.raises(Ended):
        train("pruned", watch=watch)
    assert len(epochs) == 1


@pytest.mark.slow
def test_a_process_that_is_killed_ends_the_others():
    """The first one would wait for it for ever."""
    with pytest.raises(TransientError, match="was killed"):
        together(killed_in_part, 2, Listeners(*[lambda *_: None] * 3))


def test_a_single_process_uses_a_single_gpu(tmp_path, monkeypatch):
    """The Trainer would spread the batch over all that it sees, and so make it as many times larger."""

    def four_gpus(arguments):
        arguments._n_gpu = 4
        return torch.device("cpu")

    monkeypatch.setattr(TrainingArguments, "_setup_devices", property(four_gpus))
    arguments = module._arguments(tmp_path, Settings(batch_size=8), epochs=2, rows=10, seed=13)
    assert (arguments.n_gpu, arguments.train_batch_size) == (1, 8)

"""Training on rare labels: every remedy, through `finetune`."""

import pytest
from support import sms

from datakit.core.corpus import Corpus
from datakit.core.files import digest_of_tree
from datakit.training.finetune import finetune
from datakit.training.settings import Settings

REMEDIES = (
    {"class_weights": "effective"},
    {"loss": "focal"},
    {"loss": "logit-adjustment"},
    {"loss": "ldam", "class_weights": "effective", "class_weights_after": 0.8},
    {"sampling": "balanced"},
)


def rows(n=60, *, several=False):
    """Return messages, one in five of them spam; with several labels, each also says whether it is even."""
    made = sms(n)
    texts, labels = [row["text"] for row in made], [row["label"] for row in made]
    if not several:
        return Corpus.from_columns(texts, labels)
    sets = [[label, "even"] if i % 2 else [label] for i, label in enumerate(labels)]
    return Corpus.from_columns(texts, None, labels=sets)


def train(encoder, corpus, folder, **settings):
    """Return the history."""
    return finetune(
        encoder,
        corpus,
        corpus,
        folder / "model",
        settings=Settings(
            **{"epochs": 6, "patience": 6, "batch_size": 4, "learning_rate": 5e-3, "max_length": 32, **settings}
        ),
        seed=13,
        events=folder / "events",
        progress=lambda *_: None,
    )


@pytest.mark.parametrize("remedy", REMEDIES, ids=str)
def test_every_remedy_learns_the_rare_label(remedy, tiny_encoder, tmp_path):
    """None keeps the model from learning what is easy."""
    history = train(tiny_encoder, rows(), tmp_path, **remedy)
    assert history.epochs[history.best_epoch - 1].macro_f1 > 0.9


@pytest.mark.parametrize(
    "remedy", [{"loss": "focal"}, {"loss": "logit-adjustment"}, {"sampling": "balanced"}], ids=str
)
def test_rows_with_several_labels_are_learnt_with_remedies_too(remedy, tiny_encoder, tmp_path):
    """Of the labels, ham and spam can be told; losses are finite."""
    history = train(tiny_encoder, rows(several=True), tmp_path, **remedy)
    assert history.epochs[history.best_epoch - 1].macro_f1 > 0.6


@pytest.mark.parametrize(("sampling", "steps"), [("shuffled", 15), ("oversample", 24), ("undersample", 6)])
def test_an_epoch_has_as_many_steps_as_its_rows_ask_for(sampling, steps, tiny_encoder, tmp_path):
    """48 ham and 12 spam in batches of four: 60, 96 or 24 rows."""
    history = train(tiny_encoder, rows(), tmp_path, epochs=2, sampling=sampling)
    assert [epoch.step for epoch in history.epochs] == [steps, 2 * steps]


def test_resampled_trainings_are_the_same_to_the_byte(tiny_encoder, tmp_path):
    """For a seed, on one machine."""
    digests = set()
    for name in ("a", "b"):
        train(tiny_encoder, rows(), tmp_path / name, epochs=2, sampling="balanced")
        digests.add(digest_of_tree(tmp_path / name / "model"))
    assert len(digests) == 1


def test_the_record_names_the_weights_that_were_in_effect(tiny_encoder, tmp_path):
    """`auto` alone would not tell what was done."""
    assert train(tiny_encoder, rows(), tmp_path / "a", epochs=1).settings["class_weights"] == "balanced"
    ldam = train(tiny_encoder, rows(), tmp_path / "b", epochs=1, loss="ldam")
    assert ldam.settings["class_weights"] == "none"

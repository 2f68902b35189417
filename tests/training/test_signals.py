"""What is recorded beside the loss, and that it changes nothing."""

import pytest
import torch
from support import fine_tuned_on_label_sets, sms

from datakit.core.corpus import Corpus
from datakit.core.files import digest_of_tree, from_json, to_json
from datakit.core.history import History
from datakit.diagnosis import diagnose
from datakit.splitting import split
from datakit.training import finetune as module
from datakit.training.architecture import build
from datakit.training.learning_rate import body_of, update_ratio
from datakit.training.models import resolve
from datakit.training.recorder import DivergedError
from datakit.training.settings import Settings
from datakit.training.signals import Signals, _sample
from datakit.training.task import Task

MESSAGES = Corpus.from_columns([r["text"] for r in sms(80)], [r["label"] for r in sms(80)])


@pytest.fixture
def train(tiny_encoder, tmp_path):
    """Return a function that trains on messages; it returns the history and a digest of the weights."""
    splits = split(MESSAGES)

    def run(name="run", train=splits.train, validation=splits.validation, told=lambda *_: None, **settings):
        history = module.finetune(
            tiny_encoder,
            train,
            validation,
            tmp_path / name / "model",
            # Not checked: some of the rates are such as no recipe may ask for.
            settings=Settings.model_construct(
                **{"epochs": 1, "batch_size": 4, "learning_rate": 5e-3, "max_length": 32, **settings}
            ),
            seed=13,
            events=tmp_path / name / "events",
            progress=told,
        )
        return history, digest_of_tree(tmp_path / name / "model")

    return run


class Blind(Signals):
    """Looks at nothing."""

    def __call__(self, *args, **kwargs):
        """Return the loss."""
        return self._criterion(*args, **kwargs)

    def _nothing(self, *args, **kwargs):
        pass

    on_train_begin = on_pre_optimizer_step = on_optimizer_step = on_log = _nothing


def test_looking_changes_nothing(train, monkeypatch):
    """The weights are the same to the byte, with dropout drawing from the random generator all the while."""
    seen, with_signals = train("seen")
    monkeypatch.setattr(module, "Signals", Blind)
    unseen, without = train("unseen")
    assert with_signals == without
    assert [step.loss for step in seen.steps] == [step.loss for step in unseen.steps]
    assert (seen.start is None, unseen.start is None) == (False, True)


def test_a_sample_of_the_weights_stands_for_all():
    """MiniLM after a step of AdamW's length: the ratio is right to a tenth."""
    task = Task(labels=("a", "b"), counts=(1, 1), rows=2, multi_label=False)
    body = body_of(build(resolve("minilm").folder, task, Settings()))
    before, sampled = [w.detach().clone() for w in body], _sample(body[::5])
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in body:
            weights.add_(torch.empty_like(weights).bernoulli_(0.5, generator=generator) * 2 - 1, alpha=2e-4)
    assert len(sampled) < 2**15
    assert update_ratio([sampled], [_sample(body[::5])]) == pytest.approx(update_ratio(before, body), rel=0.1)


def test_a_blind_model_has_the_loss_of_a_blind_answer_whatever_the_weights(train):
    """One row in five is spam and weighs as much as the four others; in each batch it is about 1."""
    history, _ = train(learning_rate=1e-9, class_weights="balanced")
    assert history.start.relative_loss == pytest.approx(1, abs=0.1)
    assert {round(step.relative_loss) for step in history.steps} == {1}
    assert history.epochs[0].information < 0.05


def test_signals_fit_together_and_come_back_from_their_file(train):
    """Drift grows from 0, the head moves too, and a record reads as it was written."""
    history, _ = train(epochs=2)
    assert [0 < s.body_update < 1 and 0 < s.head_update < 1 for s in history.steps[1:-1]]
    drift = [step.drift for step in history.steps]
    assert drift[0] <= drift[5] < drift[-1]
    assert all(0 <= s.accuracy <= 1 and 0.5 <= s.dominance <= 1 for s in history.steps)
    assert 0 < sum(s.label_entropy for s in history.steps) / len(history.steps) < 0.6
    assert -1 <= history.start.cosine <= 1
    assert history.start.learning == 1
    known = [step.accuracy for step in history.steps if step.step > history.epochs[0].step]
    assert history.epochs[1].train_accuracy == pytest.approx(sum(known[8:]) / len(known[8:]), abs=0.02)
    assert from_json(to_json(history), History) == history


def test_steps_that_go_nowhere_raise_the_alarm_before_the_epoch_ends(train):
    """At a quarter of it, in the progress note too; the rules come to the same verdict."""
    notes = []
    history, _ = train(learning_rate=1e-8, told=lambda done, _, note: notes.append((done, note)))
    (alarm,) = history.alarms
    assert (alarm.code, alarm.step) == ("learning-rate-too-low", 5)
    assert next(done for done, note in notes if "too little" in note) <= 6
    assert [d.finding.code for d in diagnose(history, {}) if not d.follows_from] == ["learning-rate-too-low"]


def test_a_frozen_encoder_is_seen_before_the_first_step(train):
    """Its steps cannot be measured, those of the head can."""
    history, _ = train(freeze="embeddings,0-1", learning_rate=1e-4)
    assert history.start.learning == 0
    assert {step.body_update for step in history.steps} == {None}
    assert history.steps[5].head_update > 0
    assert "frozen-body" in [d.finding.code for d in diagnose(history, {}) if not d.follows_from]


def test_texts_that_are_all_the_same_have_the_same_vector(train):
    """Nothing can be learnt from them, and that is known at once."""
    same = Corpus.from_columns([r["text"] for r in sms(1)] * 80, MESSAGES.labels)
    history, _ = train(train=same, validation=same, learning_rate=1e-4)
    assert history.start.cosine == pytest.approx(1, abs=1e-9)
    assert diagnose(history, {})[0].finding.code == "identical-representations"


def test_a_diverged_training_leaves_what_was_seen(train):
    """The step that broke it, and the verdict."""
    with pytest.raises(DivergedError) as caught:
        train(learning_rate=1e30, epochs=3)
    history = caught.value.history
    assert history.diverged_at == history.steps[-1].step + 1
    assert diagnose(history, {})[0].finding.code in {"diverged", "learning-rate-too-high"}


def test_rows_with_several_labels_have_an_accuracy(tiny_encoder, tmp_path):
    """One answer to all, or batches of one label, are no notions there."""
    settings = Settings(epochs=1, max_length=32)
    history = fine_tuned_on_label_sets(tiny_encoder, tmp_path, settings, n=10)
    assert history.steps[0].accuracy is not None
    assert (history.steps[0].dominance, history.steps[0].label_entropy) == (None, None)
    assert history.start.relative_loss == pytest.approx(1, abs=0.2)

"""What the fault benchmark of training plants, and how it judges what is said."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from support import as_if_trained, fine_tuned, sms

from datakit.core.corpus import Splits
from datakit.core.files import to_json
from datakit.core.history import Epoch, History, Step
from datakit.diagnosis import rules
from datakit.training import finetune as training
from datakit.training.recorder import DivergedError
from datakit.training.settings import Settings
from datakit.training.task import Task
from datakit.validation.validate import checks

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "faults_training"
sys.path.insert(0, str(BENCHMARK))
try:
    import planting
    from faults import FAULTS, HEALTHY, options_of
    from judging import first_remedy, history_of, judged
    from lines import read
    from peers import RIGHT, auto_trainer, umlaut
    from run import Job, jobs
    from score import Judged, repairs, summary
    from sets import SETS, corpus_of
finally:
    sys.path.remove(str(BENCHMARK))


@pytest.fixture(scope="module")
def splits() -> Splits:
    """Give 100 messages, a fifth of them spam, in three splits."""
    rows = [(row["text"], row["label"]) for row in sms(100)]
    parts = {"train": rows[:60], "validation": rows[60:80], "test": rows[80:]}
    return Splits({name: corpus_of(name, part) for name, part in parts.items()})


@pytest.fixture(scope="module")
def encoder(tiny_encoder, tmp_path_factory) -> Path:
    """Give the folder of a tiny BERT that does not look as if it had never been trained."""
    return as_if_trained(tiny_encoder, tmp_path_factory.mktemp("trained") / "bert")


# ---------------------------------------------------------------------------------------------- the table


def test_the_right_codes_are_codes_that_datakit_knows():
    """A renamed rule would else count as missed for ever."""
    assert {code for fault in FAULTS.values() for code in fault.right} <= {*rules.names(), *checks.names()}


def test_the_peers_are_right_about_faults_that_there_are():
    """The same for a renamed fault."""
    assert {fault for faults in RIGHT.values() for fault in faults} <= set(FAULTS)


@pytest.mark.parametrize("name", [*FAULTS, *HEALTHY])
def test_every_training_has_options_that_the_recipe_takes(splits, name):
    """Weights by hand name the labels, blocks that are frozen the encoder's."""
    options = options_of(name, splits, 2)
    assert Settings(**options).epochs == options["epochs"]


def test_each_fault_and_decoy_is_trained_on_development_and_held_out_sets():
    """Nothing of the table is forgotten, and what is trained exists."""
    planned = list(jobs())
    assert {job.set for job in planned} == set(SETS)
    for held_out in (False, True):
        trained = {job.fault for job in planned if SETS[job.set].development != held_out}
        assert trained == {*FAULTS, *HEALTHY}


def test_a_training_is_known_by_all_that_it_depends_on():
    """A remedy makes it another one, the order of its options does not."""
    plain = Job(set="sst2", fault="rate-5e-3", seed=13)
    mended = Job(set="sst2", fault="rate-5e-3", seed=13, remedy={"epochs": 4, "dropout": 0.1})
    again = Job(set="sst2", fault="rate-5e-3", seed=13, remedy={"dropout": 0.1, "epochs": 4})
    assert len({plain.key("a"), plain.key("b"), mended.key("a")}) == 3
    assert mended.key("a") == again.key("a")


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    """A run may be killed while it writes."""
    (tmp_path / "lines.jsonl").write_text('{"a": 1}\n{"a": ')
    assert read(tmp_path / "lines.jsonl") == [{"a": 1}]
    assert read(tmp_path / "none.jsonl") == []


def test_a_set_has_the_ratio_that_it_is_named_by(shared_data):
    """And no text of train or validation among those of test."""
    drawn = SETS["sst2-1:10"].splits(13, shared_data)
    counts = drawn.train.label_counts
    assert len(drawn.train) == 512
    assert 9 < counts["not positive"] / counts["positive"] < 11
    learnt = {*drawn.train.texts, *drawn.validation.texts}
    assert len(learnt) == 672
    assert not learnt & set(drawn.test.texts)
    assert SETS["sst2-1:10"].splits(13, shared_data).train.ids == drawn.train.ids


# ---------------------------------------------------------------------------------------------- in the rows


def test_shuffled_labels_keep_their_frequencies(splits):
    """They only stand at other rows, in every split."""
    planted = planting.labels_shuffled(splits, 13)
    for name, corpus in planted.items():
        assert corpus.texts == splits[name].texts
        assert corpus.labels != splits[name].labels
        assert corpus.label_counts == splits[name].label_counts


def test_noise_leaves_the_test_rows_alone(splits):
    """Else they could not tell the harm."""
    planted = planting.label_noise(splits, 13)
    assert planted.test.labels == splits.test.labels
    assert 0 < sum(a != b for a, b in zip(planted.train.labels, splits.train.labels, strict=True)) <= 24


def test_the_map_of_validation_is_another_one(splits):
    """Every row of it is named wrongly, and no other."""
    planted = planting.validation_map_shifted(splits, 13)
    assert not any(a == b for a, b in zip(planted.validation.labels, splits.validation.labels, strict=True))
    assert planted.train.labels == splits.train.labels


def test_what_leaks_constant_and_few_rows_are(splits):
    """Train holds validation; all texts are one; eight rows of each of two labels are left."""
    assert set(splits.validation.texts) <= set(planting.validation_leaked(splits, 13).train.texts)
    assert set(planting.constant_text(splits, 13).train.texts) == {"the"}
    assert dict(planting.few_rows(splits, 13).train.label_counts) == {"ham": 8, "spam": 8}


def test_inverted_weights_weigh_the_frequent_label_more(splits):
    """As if the counts had not been turned over."""
    weights = planting.inverted_weights(splits)["class_weights"]
    assert weights["ham"] / weights["spam"] == pytest.approx(4)


# ---------------------------------------------------------------------------------------------- in the folder


def test_renamed_weights_are_drawn_anew(encoder, tmp_path):
    """The loader says that it has found none of them."""
    planting.renamed_weights(encoder, tmp_path / "renamed")
    history, _ = fine_tuned(tmp_path / "renamed", tmp_path, Settings(epochs=1), n=40)
    assert history.settings["weights_missing"] == 1


def test_a_permuted_vocabulary_reads_other_words(encoder, tmp_path):
    """The first thousand tokens stay, and there are as many as before."""
    planting.permuted_vocabulary(encoder, tmp_path / "permuted", first=5)
    before, after = (
        json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
        for folder in (encoder, tmp_path / "permuted")
    )
    assert before.keys() == after.keys()
    assert sorted(before.values()) == sorted(after.values())
    assert before != after
    assert after["[CLS]"] == before["[CLS]"]


# ---------------------------------------------------------------------------------------------- in the code


def known(history: History, name: str) -> list[float]:
    """Return a figure of all steps."""
    return [getattr(step, name) for step in history.steps]


@pytest.fixture(scope="module")
def trained(encoder, tmp_path_factory):
    """Give what fine-tunes the tiny BERT for two epochs of six steps, and returns the history."""

    def train() -> History:
        settings = Settings(epochs=2, batch_size=8, class_weights="none", max_grad_norm=0)
        return fine_tuned(encoder, tmp_path_factory.mktemp("run"), settings, n=60)[0]

    return train


@pytest.fixture(scope="module")
def sound(trained) -> History:
    """Give the history of the same training without a fault."""
    return trained()


@pytest.mark.parametrize(
    ("fault", "holds"),
    [
        ("body-detached", lambda f, _: max(known(f, "body_update")) == 0 < max(known(f, "head_update"))),
        ("head-not-in-optimizer", lambda f, _: max(known(f, "head_update")) == 0 < max(known(f, "body_update"))),
        ("gradients-dropped", lambda f, _: max(known(f, "head_update")) == 0 == max(known(f, "body_update"))),
        ("only-bias-learns", lambda f, _: max(known(f, "head_update")) == 0 == f.start.learning),
        ("schedule-ends-at-5%", lambda f, _: known(f, "learning_rate")[-3:] == [0, 0, 0]),
        ("mask-broken", lambda f, s: 0.9999 < f.start.cosine > s.start.cosine),
        ("softmax-before-loss", lambda f, s: f.start.loss != s.start.loss and f.start.loss < 1),
        ("bf16-weights-2e-4", lambda f, s: known(f, "body_update") != known(s, "body_update")),
        ("gradients-kept", lambda f, s: sum(known(f, "grad_norm")) > 1.5 * sum(known(s, "grad_norm"))),
    ],
)
def test_a_fault_in_the_code_does_what_its_name_says(trained, sound, fault, holds):
    """The training without it shows that it is the fault which does it."""
    with FAULTS[fault].code():
        faulty = trained()
    assert holds(faulty, sound)
    assert not holds(sound, sound)


def test_sorted_batches_hold_one_label_after_the_other(splits):
    """Whatever the length of the texts."""
    with FAULTS["sorted-batches"].code():
        rows = training.sampler_of(Settings(), Task.of(splits.train), splits.train, [9] * 60, 13)
    labels = [splits.train.labels[i] for i in rows]
    assert labels == sorted(splits.train.labels) != splits.train.labels


def test_a_fault_in_the_code_is_gone_afterwards(trained, sound):
    """What was replaced stands in its place again."""
    for fault in FAULTS.values():
        if fault.code:
            with fault.code():
                pass
    assert known(trained(), "loss") == known(sound, "loss")


def test_a_loss_can_be_made_no_number(encoder, tmp_path):
    """From half of the steps on."""
    with FAULTS["not-a-number"].code(), pytest.raises(DivergedError) as raised:
        fine_tuned(encoder, tmp_path, Settings(epochs=2, batch_size=8), n=60)
    history = raised.value.history
    assert history.diverged_at == len(history.steps) + 1 > 5


# ---------------------------------------------------------------------------------------------- the judge


def metrics(f1: float) -> dict[str, object]:
    """Return the figures of a model, as far as rules look at them."""
    figures = {"macro_f1": f1, "macro_f1_interval": [f1 - 0.05, f1 + 0.05], "accuracy": f1, "rows": 300}
    return {"model": figures, "baselines": {}}


def line(fault: str, *, update: float, loss: float, rate: float) -> dict[str, object]:
    """Return the line of 96 steps that move the body alike; its loss, in parts of a blind one, falls to `loss`."""
    steps = tuple(
        Step(
            step=i,
            loss=loss,
            learning_rate=rate,
            grad_norm=1.0,
            relative_loss=1 - (1 - loss) * i / 96,
            accuracy=1 - loss / 2,
            dominance=0.5,
            label_entropy=0.65,
            body_update=update,
            head_update=10 * update,
            drift=20 * update,
        )
        for i in range(1, 97)
    )
    epochs = tuple(
        Epoch(
            epoch=i,
            step=32 * i,
            validation_loss=0.7 * loss,
            macro_f1=1 - loss / 2,
            accuracy=1 - loss / 2,
            predicted={"no": 80, "yes": 80},
            relative_loss=loss,
            entropy=0.3,
            information=1 - loss,
            recall={"no": 1 - loss / 2, "yes": 1 - loss / 2},
            train_accuracy=1 - loss / 2,
        )
        for i in (1, 2, 3)
    )
    settings = {**Settings(epochs=3).model_dump(), "learning_rate": rate, "class_weights": "balanced"}
    history = History(
        labels=("no", "yes"),
        train_counts={"no": 256, "yes": 256},
        validation_counts={"no": 80, "yes": 80},
        settings=settings,
        steps=steps,
        epochs=epochs,
        best_epoch=3,
        stopped_early=False,
    )
    return {
        "encoder": "none",
        "set": "sst2",
        "fault": fault,
        "seed": 13,
        "remedy": {},
        "history": json.loads(to_json(asdict(history))),
        "metrics": metrics(1 - loss / 2),
        "reference": {},
        "gradients": [{"first": 0.1, "last": 0.1, "zeros": 0.0}] * 96,
    }


def test_a_healthy_training_is_not_complained_of():
    """Neither before, nor while it trains, nor afterwards."""
    verdict = judged(line("healthy-0.0002", update=1e-3, loss=0.1, rate=2e-4))
    assert not verdict.detected
    assert not verdict.early
    assert verdict.alarm_step is None


def test_the_right_cause_is_known_in_a_quarter_of_the_steps():
    """A rate that is too low shows at once; its remedy would be trained."""
    found = line("rate-1e-6", update=4e-6, loss=0.99, rate=1e-6)
    verdict = judged(found)
    assert verdict.detected
    assert verdict.first
    assert verdict.early_right
    assert first_remedy(found)["learning_rate"] == pytest.approx(2.5e-4)


def test_a_wrong_cause_is_detected_but_not_right():
    """The same record, had it been planted otherwise."""
    verdict = judged(line("mask-broken", update=4e-6, loss=0.99, rate=1e-6))
    assert verdict.detected
    assert not verdict.among_three


def test_the_peers_look_at_curves():
    """A flat curve does not converge to them; one that rises is sound."""
    flat, sound = (line("rate-1e-6", update=u, loss=loss, rate=1e-6) for u, loss in ((4e-6, 0.99), (1e-3, 0.1)))
    assert "slow-convergence" in auto_trainer(history_of(flat), flat["gradients"])
    assert auto_trainer(history_of(sound), sound["gradients"]) == []
    assert umlaut(history_of(sound), sound["gradients"]) == []


# ---------------------------------------------------------------------------------------------- the tables


def told(found: dict[str, object], **changed: object) -> Judged:
    """Return a line with its verdict."""
    whole = {**found, **changed}
    return Judged(line=whole, verdict=judged(whole), peers={})


def test_the_summary_counts_faults_apart_from_healthy_trainings():
    """Two faults, of which the second is named wrongly, and one healthy training."""
    stuck = line("rate-1e-6", update=4e-6, loss=0.99, rate=1e-6)
    found = [
        told(stuck),
        told(stuck, fault="mask-broken"),
        told(line("healthy-0.0002", update=1e-3, loss=0.1, rate=2e-4)),
    ]
    row = next(line for line in summary(found).splitlines() if line.startswith("| sst2"))
    assert row.split(" | ")[1:5] == ["2", "2/2 (100%)", "1/2 (50%)", "1/2 (50%)"]
    assert row.split(" | ")[7] == "0/1 (0%)"


def test_a_training_far_below_a_baseline_is_not_a_healthy_one():
    """It counts as unlucky, whether anything was said of it or not."""
    sane = line("healthy-0.0002", update=1e-3, loss=0.1, rate=2e-4)
    plain = {"majority": {"macro_f1": 0.4}, "tfidf-logistic-regression": {"macro_f1": 0.8}}
    kinds = [told(sane, metrics={**metrics(f1), "baselines": plain}).kind for f1 in (0.9, 0.76, 0.74)]
    assert kinds == ["healthy", "healthy", "unlucky"]


def test_a_repair_counts_where_it_comes_near_the_healthy_trainings():
    """A remedy that was not trained yet counts neither way."""
    stuck = line("rate-1e-6", update=4e-6, loss=0.99, rate=1e-6)
    sane = told(line("healthy-0.0002", update=1e-3, loss=0.1, rate=2e-4))
    assert "points of healthy: none" in repairs([sane, told(stuck)])
    remedy = dict(first_remedy(stuck))
    for f1, counted in ((0.94, "1/1"), (0.92, "0/1")):
        mended = told(stuck, remedy=remedy, metrics=metrics(f1))
        assert f"points of healthy: {counted}" in repairs([sane, told(stuck), mended])

import gc
import warnings

import pytest
from support import sms

import datakit as dk


@pytest.fixture(scope="module")
def splits() -> dk.Splits:
    """Give 120 messages in three splits."""
    return dk.split(dk.load(sms()))


@pytest.fixture(scope="module")
def run(splits, tiny_encoder) -> dk.Run:
    """Give a training of one epoch, on augmented rows."""
    train = dk.augment(splits.train, target="balanced")
    return dk.finetune(splits | {"train": train}, model=str(tiny_encoder), epochs=1, learning_rate=1e-3)


def test_rows_alone_become_rows_and_splits_an_account(splits):
    """The new rows name their parents, and are the same as those of the splits where nothing held out is near."""
    alone, account = dk.augment(splits.train, target="balanced"), dk.augment(splits, target="balanced")
    assert len(set(alone.label_counts.values())) == 1
    assert alone.label_counts == account.train.label_counts == account.wanted
    assert any(alone.parents)


def test_of_rows_alone_a_shortfall_is_a_warning():
    """There is no report that could tell it."""
    rows = dk.Corpus.from_columns(["x"] + [f"see you at {i}" for i in range(40)], ["a"] + ["b"] * 40)
    with pytest.warns(UserWarning, match="augmentation-shortfall"):
        grown = dk.augment(rows, target="balanced")
    assert grown.label_counts["a"] < 40


def test_a_run_tells_how_it_went_and_how_good_it_is(run, splits):
    """History, figures on the test split beside baselines, findings."""
    assert len(run.history.epochs) == 1
    assert run.history.train_counts["ham"] == run.history.train_counts["spam"]
    assert run.metrics["model"]["rows"] == len(splits.test)
    assert {"majority", "tfidf-logistic-regression"} <= run.metrics["baselines"].keys()
    assert repr(run).startswith("Run(macro-F1 ")
    shown = run._repr_html_()
    assert "tfidf-logistic-regression" in shown
    assert "<script" not in shown


def test_a_run_predicts_and_is_saved_for_transformers(run, tmp_path):
    """What is saved gives the same probabilities; a folder in use is left alone."""
    from datakit.training.predict import Classifier

    texts = ["win a prize", "see you soon"]
    found = run.predict(texts)
    assert [set(one.probabilities) for one in found] == [{"ham", "spam"}] * 2
    run.save(tmp_path / "model")
    saved = Classifier(tmp_path / "model")
    assert saved.probabilities(texts).tolist() == [
        [one.probabilities[name] for name in saved.labels] for one in found
    ]
    with pytest.raises(dk.DatakitError, match="not empty"):
        run.save(tmp_path / "model")


def test_the_same_rows_and_seed_give_the_model_of_the_command(run, tiny_encoder, project):
    """`datakit finetune` and `dk.finetune` are one training, to the byte, and one evaluation."""
    from datakit.cli.main import run as command

    accepted = ("learning-rate-too-high", "majority-collapse", "worse-than-baseline")
    options = ["--epochs", "1", "--learning-rate", "1e-3", "--set", "augment.target=balanced", "--quiet"]
    options += [part for code in accepted for part in ("--accept", code)]
    command(["validate", "raw.jsonl", "--quiet"])
    command(["finetune", "--model", str(tiny_encoder), *options])
    latest = max((project / ".datakit" / "runs").iterdir())
    for name in ("model/model.safetensors", "history.json", "metrics.json"):
        assert (latest / name).read_bytes() == (run._folder.path / name).read_bytes(), name


def test_a_run_is_diagnosed(run):
    """A tiny model after one epoch is of no use, and that is said."""
    report = dk.diagnose(run)
    assert report.stage == "diagnose"
    assert {finding.severity for finding in report.findings} & {dk.Severity.ERROR}
    assert "diagnose: " in report._repr_html_()


def test_a_diverged_training_is_diagnosed_from_its_error(splits, tiny_encoder, tmp_path):
    """There is no run; the error carries the history, and names the call that explains it."""
    import shutil

    from safetensors.torch import load_file, save_file

    broken = shutil.copytree(tiny_encoder, tmp_path / "broken")
    weights = load_file(broken / "model.safetensors")
    next(iter(weights.values())).fill_(float("nan"))
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(dk.DivergedError, match=r"see why: datakit\.diagnose\(error\.history\)") as caught:
        dk.finetune(splits, model=str(broken), epochs=1)
    assert "diverged" in {finding.code for finding in dk.diagnose(caught.value.history).findings}


def test_what_cannot_be_followed_is_said_before_anything_is_loaded(splits):
    """A missing split and an unknown option each name the way out."""
    with pytest.raises(dk.DatakitError, match=r"no split validation, test[\s\S]*datakit\.split"):
        dk.finetune(dk.Splits({"train": splits.train}))
    with pytest.raises(dk.DatakitError, match="epochs"):
        dk.finetune(splits, epoch=2)


def test_leaks_are_told_and_the_models_files_go_with_the_run(splits, tiny_encoder):
    """Splits of one's own are not trusted. Nothing is left in the temporary folder, and nobody is warned of it."""
    mixed = dk.Splits({**splits, "train": splits.train.extend(splits.test)})
    run = dk.finetune(mixed, model=str(tiny_encoder), epochs=1)
    assert "split-leakage" in {finding.code for finding in run.findings}
    folder = run._folder.path
    assert (folder / "model").is_dir()
    assert not (folder / "unfinished").exists()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del run
        gc.collect()
    assert not folder.exists()

"""The stage `evaluate`, on a tiny model."""

import json
from types import SimpleNamespace

import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.files import from_json
from datakit.core.hushed import quiet_transformers
from datakit.core.story import WorstError
from datakit.pipeline.recipe import parse
from datakit.pipeline.stages.evaluate import Evaluate
from datakit.testing import corpus
from datakit.training.documents import Reading


def save_classifier(encoder, folder, labels, *, several):
    """Save a tiny classifier with an untaught head."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    with torch.random.fork_rng(), quiet_transformers():
        torch.manual_seed(0)
        AutoModelForSequenceClassification.from_pretrained(
            encoder,
            id2label=dict(enumerate(labels)),
            label2id={label: i for i, label in enumerate(labels)},
            problem_type="multi_label_classification" if several else "single_label_classification",
        ).save_pretrained(folder)
    AutoTokenizer.from_pretrained(encoder).save_pretrained(folder)
    Reading(max_length=32).save(folder)


def sets(n):
    """Return n rows with none, one or two labels."""
    labels = [["ham"] * (i % 2) + ["spam"] * (i % 3 == 0) for i in range(n)]
    return Corpus.from_columns([f"cook dinner {i}" for i in range(n)], None, labels=labels)


def single(n):
    """Return n rows with one label."""
    return corpus([(f"cook dinner {i}", "ham" if i % 3 else "spam") for i in range(n)])


@pytest.mark.parametrize("rows", [single(90), sets(90)], ids=["one label", "several labels"])
def test_it_writes_what_is_known_of_the_model(rows, tiny_encoder, tmp_path):
    """Figures, one prediction a test row, the surest errors with their text, the temperature, the thresholds."""
    splits = Splits({n: rows.take(range(i, i + 30)) for i, n in ((0, "train"), (30, "validation"), (60, "test"))})
    splits.save(tmp_path / "splits")
    splits.train.save(tmp_path / "augmented.parquet")
    save_classifier(tiny_encoder, tmp_path / "model", ("ham", "spam"), several=rows.multi_label)
    (tmp_path / "out").mkdir()
    options = {"worst": 5, "thresholds": "tuned", "calibration": "temperature", "probe": False}
    stage = Evaluate.of(parse({"source": "x.jsonl", "evaluate": options}, where="test"), tmp_path)
    inputs = {name: tmp_path / name for name in stage.needs}
    report = stage.run(SimpleNamespace(inputs=inputs, outputs=tmp_path / "out", seed=13))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(stage.gives)
    metrics, calibration, thresholds = (
        json.loads((tmp_path / "out" / f"{name}.json").read_bytes())
        for name in ("metrics", "calibration", "thresholds")
    )
    assert set(metrics) == {"model", "baselines", "slices"}
    assert set(report.figures) == {"model", *metrics["baselines"]}
    assert report.figures["model"]["macro_f1_interval"] == tuple(metrics["model"]["macro_f1_interval"])
    assert (calibration["applied"], calibration["rows"], thresholds["applied"]) == (True, 30, True)
    for when in ("before", "after"):
        answers = sum(part["rows"] for part in calibration[f"reliability_{when}"])
        assert answers == (60 if rows.multi_label else 30)
    predictions = [json.loads(line) for line in (tmp_path / "out" / "predictions.jsonl").read_bytes().splitlines()]
    assert [row["id"] for row in predictions] == splits.test.ids
    right = [row["label"] if rows.multi_label else [row["label"]] for row in predictions]
    assert right == [list(labels) for labels in splits.test.label_sets]
    accuracy = sum(row["label"] == row["predicted"] for row in predictions) / 30
    assert metrics["model"]["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    worst = from_json((tmp_path / "out" / "worst.json").read_bytes(), tuple[WorstError, ...])
    assert 0 < len(worst) <= 5
    assert all(error.label != error.predicted and error.text.startswith("cook dinner") for error in worst)
    assert [error.probability for error in worst] == sorted((e.probability for e in worst), reverse=True)

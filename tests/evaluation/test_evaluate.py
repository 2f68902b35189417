import numpy as np
import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.evaluation import evaluate
from datakit.testing import corpus

LABELS = ("ham", "spam")


def splits():
    """Return splits of one label a row, one in four of them spam."""
    rows = [(f"see you at {i}", "ham") if i % 4 else (f"win {i} pounds", "spam") for i in range(400)]
    return Splits({"train": corpus(rows[:80]), "validation": corpus(rows[80:240]), "test": corpus(rows[240:])})


def predicted(of, seed=1):
    """Return the probabilities of a model that is too sure, and that names spam too seldom."""
    rng = np.random.default_rng(seed)
    found = {}
    for name in ("validation", "test"):
        spam = np.array([label == "spam" for label in of[name].labels])
        logit = 3 * (rng.normal(size=len(spam)) + 2.5 * spam - 2.6)
        p = 1 / (1 + np.exp(-logit))
        found[name] = np.stack([1 - p, p], axis=1)
    return found


def test_what_is_fitted_is_fitted_on_validation_alone():
    """Other test rows change neither the temperature nor the thresholds; other validation rows change both."""
    of, said = splits(), predicted(splits())
    first = evaluate(LABELS, of, said, probe=False)
    other_test = evaluate(LABELS, of, {**said, "test": predicted(of, 2)["test"]}, probe=False)
    other_validation = evaluate(LABELS, of, {**said, "validation": predicted(of, 2)["validation"]}, probe=False)
    assert other_test.thresholds == first.thresholds != other_validation.thresholds
    assert other_test.calibration.temperature == first.calibration.temperature
    assert other_validation.calibration.temperature != first.calibration.temperature
    assert other_validation.model == first.model != other_test.model


def test_what_is_fitted_is_told_but_not_applied_unless_asked_for():
    """The findings name the option; with it, figures and probabilities are those after it."""
    of, said = splits(), predicted(splits())
    plain = evaluate(LABELS, of, said, probe=False)
    assert (plain.probabilities == said["test"]).all()
    assert {"miscalibrated", "thresholds-would-help"} <= {finding.code for finding in plain.findings}
    warm = evaluate(LABELS, of, said, probe=False, calibrated=True, tuned=True)
    assert warm.calibration.temperature > 1.5
    assert warm.model.ece < plain.model.ece == pytest.approx(plain.calibration.before.ece, abs=1e-6)
    assert warm.model.ece == pytest.approx(warm.calibration.after.ece, abs=1e-6)
    assert warm.model.macro_f1 > plain.model.macro_f1
    assert warm.model.confusion != plain.model.confusion
    assert not {"miscalibrated", "thresholds-would-help"} & {finding.code for finding in warm.findings}


def test_slices_tell_rows_near_augmented_ones_apart():
    """By the nearest train row: whether new rows were made from it."""
    of = splits()
    parents = [id_ for id_, label in zip(of.train.ids, of.train.labels, strict=True) if label == "spam"]
    made = [{"id": f"{p}~x-0", "text": "earn pounds", "label": "spam", "parent": p, "op": "x"} for p in parents]
    found = evaluate(LABELS, of, predicted(of), augmented=of.train.extend(Corpus.from_rows(made)))
    parts = {(part.by, part.name): part.rows for part in found.slices}
    assert parts["nearest train row is", "augmented"] == 40
    assert parts["nearest train row is", "not augmented"] == 120
    assert {by for by, _ in parts} == {"length", "nearest train row", "nearest train row is", "label"}
    assert list(found.baselines) == ["majority", "tfidf-logistic-regression", "frozen-encoder-probe"]


def test_rows_with_several_labels_go_the_same_way():
    """Sets as truth, a cut a label, and a label that the classifier does not know."""
    rng = np.random.default_rng(1)
    carried = rng.random((300, 2)) < (0.5, 0.1)
    sets = [[label for label, has in zip("ab", row, strict=True) if has] for row in carried]
    sets[299] = ["b", "z"]
    p = 1 / (1 + np.exp(-(3 * carried - 2.5 + rng.normal(size=carried.shape))))
    rows = Corpus.from_columns([f"text {i} of {'ab'[i % 2]}" for i in range(300)], None, labels=sets)
    of = Splits({n: rows.take(range(i, i + 100)) for i, n in ((0, "train"), (100, "validation"), (200, "test"))})
    found = evaluate(("a", "b"), of, {"validation": p[100:200], "test": p[200:]}, probe=False, tuned=True)
    assert set(found.thresholds.values) == {"a", "b"}
    assert found.model.micro_f1 is not None
    assert found.model.per_class["z"].recall == 0
    assert (found.answers == (p[200:] >= list(found.thresholds.values.values()))).all()

import json

import numpy as np
import pytest
from sick import SICK
from support import sms

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Severity
from datakit.testing import history, judge


def test_where_nothing_can_be_learnt_nothing_is_trained():
    """Neither from words nor from meaning."""
    diagnosis = judge("reference-at-chance", **SICK["reference-at-chance"])
    assert (diagnosis.finding.severity, diagnosis.remedy) == (Severity.ERROR, {})
    assert (
        "frozen-encoder-probe has macro-F1 0.500, the most frequent label alone 0.430" in diagnosis.finding.message
    )


def reference(words, meaning=(0.45, 0.55)):
    """Return the figures of both references, by the intervals of their areas."""
    areas = {"tfidf-logistic-regression": words, "frozen-encoder-probe": meaning, "majority": (0.5, 0.5)}
    return {
        "reference": {
            name: {"rows": 400, "macro_f1": 0.5, "roc_auc_interval": area and list(area)}
            for name, area in areas.items()
            if area != "none"
        }
    }


@pytest.mark.parametrize(
    ("words", "meaning", "fires"),
    [
        ((0.45, 0.55), (0.45, 0.55), True),
        ((0.51, 0.6), (0.45, 0.55), False),  # a little, but surely
        ((0.45, 0.55), (0.7, 0.8), False),
        ((0.4, 0.66), (0.45, 0.55), False),  # too few rows to tell
        ((0.2, 0.3), (0.1, 0.2), False),  # the wrong way round: there is something to be known
        ((0.2, 0.3), (0.45, 0.55), True),
        ((0.45, 0.55), "none", False),  # the second one was not asked
        ((0.45, 0.55), None, False),
    ],
)
def test_both_must_be_at_chance_for_sure(words, meaning, fires):
    """A false alarm costs more than a miss."""
    found = judge("reference-at-chance", history=history(epochs=[], steps=()), metrics=reference(words, meaning))
    assert (found is not None) is fires


def test_a_handful_of_rows_need_not_tell_anything():
    """`few-training-rows` says so."""
    few = history(epochs=[], steps=(), train_counts={"ham": 20, "spam": 10})
    assert judge("reference-at-chance", history=few, metrics=reference((0.45, 0.55))) is None


@pytest.mark.parametrize("shuffled", [True, False])
def test_real_rows_with_their_labels_shuffled(preflight, tmp_path, shuffled):
    """The stage stops them; as they are they pass, and the frozen encoder is not asked."""
    rows = sms(600)
    labels = np.array([row["label"] for row in rows])
    if shuffled:
        np.random.default_rng(3).shuffle(labels)
    corpus = Corpus.from_columns([row["text"] for row in rows], labels.tolist())
    splits = Splits({"train": corpus.take(range(300)), "validation": corpus.take(range(300, 600))})
    stage, report = preflight(splits)
    assert [finding.code for finding in report.errors()] == ["reference-at-chance"] * shuffled
    assert ("frozen-encoder-probe" in report.figures) is shuffled
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(stage.gives)
    told = json.loads((tmp_path / "out" / "objections.json").read_bytes())
    assert [one["finding"]["code"] for one in told] == [finding.code for finding in report.findings]

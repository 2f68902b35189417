import pytest
from sick import SICK
from support import sms

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Severity
from datakit.testing import history, judge

OTHER = {"ham": "spam", "spam": "ham"}


def test_where_plain_models_are_wrong_surely_the_labels_stand_for_others():
    """That takes knowledge, so nothing is trained."""
    diagnosis = judge("reference-below-chance", **SICK["reference-below-chance"])
    assert (diagnosis.finding.severity, diagnosis.remedy) == (Severity.ERROR, {})
    assert "the area under the ROC curve of frozen-encoder-probe is 0.10 to 0.20" in diagnosis.finding.message


@pytest.mark.parametrize(
    ("words", "meaning", "fires"),
    [
        ((0.2, 0.45), (0.2, 0.3), True),
        ((0.2, 0.46), (0.2, 0.3), False),  # one in forty at chance has an interval below .5
        ((0.2, 0.3), (0.45, 0.55), False),
        ((0.2, 0.3), None, False),  # the second one was not asked
    ],
)
def test_both_must_say_so(words, meaning, fires):
    """Clearly."""
    areas = {"tfidf-logistic-regression": words, "frozen-encoder-probe": meaning}
    metrics = {
        "reference": {name: {"rows": 400, "roc_auc_interval": list(area)} for name, area in areas.items() if area}
    }
    run = history(epochs=[], steps=())
    assert (judge("reference-below-chance", history=run, metrics=metrics) is not None) is fires
    few = history(epochs=[], steps=(), train_counts={"ham": 20, "spam": 10})
    assert judge("reference-below-chance", history=few, metrics=metrics) is None


@pytest.mark.parametrize("turned", [True, False])
def test_real_rows_with_the_labels_of_validation_changed_about(preflight, turned):
    """The pre-flight stops them; as they are they pass."""
    rows = sms(600)
    labels = [row["label"] for row in rows]
    labels[300:] = [OTHER[label] if turned else label for label in labels[300:]]
    corpus = Corpus.from_columns([row["text"] for row in rows], labels)
    splits = Splits({"train": corpus.take(range(300)), "validation": corpus.take(range(300, 600))})
    _, report = preflight(splits)
    assert [finding.code for finding in report.errors()] == ["reference-below-chance"] * turned

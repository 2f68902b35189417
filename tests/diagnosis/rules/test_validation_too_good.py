import pytest
from sick import SICK
from support import sms

from datakit.core.corpus import Corpus
from datakit.core.files import from_json, to_json
from datakit.evaluation import measure
from datakit.testing import history, judge, metrics
from datakit.training.finetune import finetune
from datakit.training.predict import Classifier
from datakit.training.settings import Settings


def test_validation_far_above_test_is_warned_of():
    """.99 on 400 rows, .91 on 100."""
    finding = judge("validation-too-good", **SICK["validation-too-good"]).finding
    assert finding.message == (
        "accuracy is 0.990 on validation and 0.910 on the test split: 4 standard errors apart"
    )


@pytest.mark.parametrize(
    ("accuracy", "rows", "fires"),
    [(0.99, 400, True), (0.99, 60, False), (0.95, 100_000, False), (0.5, 400, False)],
)
def test_what_chance_explains_is_none(accuracy, rows, fires):
    """Few rows, a small gap, or the other way round."""
    run = history(epochs=[{"accuracy": accuracy}], validation_counts={"ham": rows // 2, "spam": rows // 2})
    assert (judge("validation-too-good", history=run, metrics=metrics()) is not None) is fires


def test_a_real_leak(tiny_encoder, tmp_path):
    """Labels that only the row itself tells: validation stands in train, the test rows do not."""
    texts = [f"{row['text']} {i * 37 % 101}" for i, row in enumerate(sms(160))]
    rows = Corpus.from_columns(texts, ["ham" if i * 7 % 11 < 5 else "spam" for i in range(160)])
    train, test = rows.take(range(80)), rows.take(range(80, 160))
    run = finetune(
        tiny_encoder,
        train,
        train.take(range(60)),
        tmp_path / "model",
        settings=Settings(epochs=25, batch_size=8, max_length=32, learning_rate=5e-3, patience=25),
        seed=13,
        events=tmp_path / "events",
        progress=lambda *_: None,
    )
    model = Classifier(tmp_path / "model")
    figures = from_json(to_json(measure(model.labels, test.labels, model.probabilities(test.texts))), dict)
    assert judge("validation-too-good", history=run, metrics={"model": figures}) is not None

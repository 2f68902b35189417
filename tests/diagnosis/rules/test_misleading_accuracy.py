import pytest
from sick import SICK
from support import sms

from datakit.core.corpus import Corpus
from datakit.testing import history, judge
from datakit.training.finetune import finetune
from datakit.training.settings import Settings


def test_a_label_that_is_never_found_is_named():
    """Its rows are balanced where the classes are weighed already."""
    diagnosis = judge("misleading-accuracy", **SICK["misleading-accuracy"])
    assert diagnosis.finding.message == "accuracy is 0.86, yet not a row is found of 'spam' (0 of 7)"
    assert diagnosis.remedy == {"augment": {"target": "balanced"}}


@pytest.mark.parametrize(
    ("accuracy", "rows", "recall", "fires"),
    [(0.8, 5, 0.0, True), (0.79, 5, 0.0, False), (0.8, 4, 0.0, False), (0.8, 5, 0.2, False)],
)
def test_where_accuracy_hides_nothing_it_is_silent(accuracy, rows, recall, fires):
    """A low accuracy, too few rows to tell, or one that was found."""
    run = history(
        epochs=[{"accuracy": accuracy, "recall": {"ham": 1.0, "spam": recall}}],
        validation_counts={"ham": 75, "spam": rows},
        settings={"class_weights": "none"},
    )
    diagnosis = judge("misleading-accuracy", history=run)
    assert (diagnosis is not None) is fires
    assert diagnosis is None or diagnosis.remedy == {"finetune": {"class_weights": "balanced"}}


def test_a_real_training_that_hides_one(tiny_encoder, tmp_path):
    """Nine of ten rows are `ham`, and the rare ones are drawn at random among them."""
    texts = [row["text"] for row in sms(160) if row["label"] == "ham"][:100]
    rows = Corpus.from_columns(texts, ["spam" if i % 10 == 3 else "ham" for i in range(100)])
    run = finetune(
        tiny_encoder,
        rows.take(range(50)),
        rows.take(range(50, 100)),
        tmp_path / "model",
        settings=Settings(epochs=1, max_length=32, class_weights="none", learning_rate=1e-3),
        seed=13,
        events=tmp_path / "events",
        progress=lambda *_: None,
    )
    assert judge("misleading-accuracy", history=run).finding.evidence["missed"] == {"spam": 5}

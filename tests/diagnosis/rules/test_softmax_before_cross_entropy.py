from math import e, log

import pytest
from sick import SICK
from support import fine_tuned

from datakit.testing import history, judge
from datakit.training import outset
from datakit.training.settings import Settings


def test_a_loss_that_cannot_fall_while_accuracy_is_high():
    """Of two labels that weigh the same the bound is .45; three to one, .56."""
    evidence = judge("softmax-before-cross-entropy", **SICK["softmax-before-cross-entropy"]).finding.evidence
    assert evidence["bound"] == pytest.approx((log(e + 1) - 1) / log(2), abs=1e-4)
    prior = -(0.75 * log(0.75) + 0.25 * log(0.25))
    for weights in ("none", {"ham": 2.0, "spam": 2.0}):
        run = history(
            epochs=[{"train_accuracy": 0.97}],
            every_step={"relative_loss": 0.6},
            settings={"class_weights": weights},
        )
        bound = judge("softmax-before-cross-entropy", history=run).finding.evidence["bound"]
        assert bound == pytest.approx((log(e + 1) - 1) / prior, abs=1e-4)


@pytest.mark.parametrize(
    ("accuracy", "loss", "settings", "fires"),
    [
        (0.97, 0.48, {}, True),
        (0.97, 0.42, {}, False),  # lower than probabilities could get
        (0.93, 0.48, {}, False),  # three of four are right without looking
        (0.97, 0.48, {"loss": "ldam"}, False),
        (0.97, 0.48, {"loss_options": {"label_smoothing": 0.3}}, False),
    ],
)
def test_a_loss_that_is_high_for_other_reasons_is_none(accuracy, loss, settings, fires):
    """Other losses end elsewhere."""
    run = history(epochs=[{"train_accuracy": accuracy}], every_step={"relative_loss": loss}, settings=settings)
    assert (judge("softmax-before-cross-entropy", history=run) is not None) is fires


@pytest.mark.parametrize("softmax", [True, False])
def test_a_real_training_with_a_softmax_too_many(tiny_encoder, tmp_path, monkeypatch, softmax):
    """Planted between the head and the loss; without it the loss falls."""

    def planted(*args):
        model, fresh = outset_load(*args)
        if softmax:
            model.classifier.register_forward_hook(lambda _head, _inputs, logits: logits.softmax(dim=1))
        return model, fresh

    outset_load = outset.load
    monkeypatch.setattr(outset, "load", planted)
    settings = Settings(epochs=12, batch_size=8, learning_rate=5e-3, max_length=32, patience=12)
    run, _ = fine_tuned(tiny_encoder, tmp_path, settings, n=120)
    assert run.epochs[-1].train_accuracy > 0.97
    assert (judge("softmax-before-cross-entropy", history=run) is not None) is softmax

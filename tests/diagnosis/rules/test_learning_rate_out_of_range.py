import pytest
from sick import SICK

from datakit.testing import history, judge


def test_a_rate_that_is_known_to_fail_need_not_be_tried():
    """Nothing has to be trained to see it."""
    diagnosis = judge("learning-rate-out-of-range", **SICK["learning-rate-out-of-range"])
    assert diagnosis.finding.message == "a learning rate of 0.005 is too high for adamw"
    assert diagnosis.remedy == {"finetune": {"learning_rate": "auto"}}


@pytest.mark.parametrize(
    ("settings", "fires"),
    [
        ({"learning_rate": 2e-3}, False),
        ({"learning_rate": 2.1e-3}, True),
        ({"learning_rate": 2e-6}, False),
        ({"learning_rate": 1e-6}, True),
        ({"learning_rate": "suggest"}, False),
        ({"learning_rate": 5e-3, "lora_rank": 8}, False),
        ({"learning_rate": 5e-2, "lora_rank": 8}, True),
        ({"learning_rate": 1e-5, "lora_rank": 8}, True),
        ({"learning_rate": 5e-2, "optimizer": "sgd"}, False),
        ({"learning_rate": 2e-5, "optimizer": "sgd"}, True),
        ({"learning_rate": 1e-2, "freeze": "embeddings,0-5"}, False),
        ({"learning_rate": 1e-2, "weights_untrained": 1.0}, False),
    ],
)
def test_the_range_depends_on_what_learns_and_how(settings, fires):
    """LoRA and SGD want larger rates; what knows nothing has nothing to lose."""
    run = history(epochs=[], steps=(), settings={"epochs": 4, **settings})
    diagnosis = judge("learning-rate-out-of-range", history=run)
    assert (diagnosis is not None) is fires
    if diagnosis and settings.get("optimizer") == "sgd":
        assert diagnosis.remedy == {"finetune": {"learning_rate": "suggest"}}


def test_how_far_the_weights_moved_tells_more():
    """Once that is known, other rules judge."""
    assert judge("learning-rate-out-of-range", history=history(settings={"learning_rate": 5e-3})) is None


def test_a_real_look_ahead_knows_the_rate(before):
    """As set; `auto` is sound by itself."""
    from datakit.training.models import resolve

    minilm = resolve("minilm").folder
    high = before(encoder=minilm, learning_rate=5e-3)
    assert judge("learning-rate-out-of-range", history=high) is not None
    auto = before(encoder=minilm)
    assert auto.settings["learning_rate"] == 1e-4
    assert judge("learning-rate-out-of-range", history=auto) is None
    assert before(learning_rate="suggest").settings["learning_rate"] == "suggest"

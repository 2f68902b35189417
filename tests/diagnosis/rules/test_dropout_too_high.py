from datakit.testing import history, judge


def test_each_dropout_that_is_too_high_is_lowered():
    """Those that are not stay."""
    blind = [{"information": 0.0}]
    run = history(epochs=blind, settings={"dropout": 0.6, "attention_dropout": 0.1, "head_dropout": 0.5})
    diagnosis = judge("dropout-too-high", history=run)
    assert diagnosis.finding.message.startswith("dropout 0.6, head_dropout 0.5: nothing was learnt")
    assert diagnosis.remedy == {"finetune": {"dropout": 0.1, "head_dropout": 0.1}}


def test_a_model_that_learns_in_spite_of_it_is_none():
    """Nor is one that learns nothing without it."""
    assert judge("dropout-too-high", history=history(settings={"dropout": 0.6})) is None
    blind = history(epochs=[{"information": 0.0}], settings={"dropout": None})
    assert judge("dropout-too-high", history=blind) is None

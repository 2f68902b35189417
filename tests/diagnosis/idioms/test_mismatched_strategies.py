from datakit.testing import recognise


def judged(options: str) -> list[int]:
    """Return the lines in which `TrainingArguments` with some options are told."""
    code = f"from transformers import TrainingArguments\nTrainingArguments(load_best_model_at_end=True, {options})"
    return recognise("mismatched-strategies", code)


def test_saving_and_evaluating_must_meet():
    """The defaults are no evaluation, and saving by steps."""
    assert judged('eval_strategy="epoch"') == [2]
    assert judged('save_strategy="epoch"') == [2]
    assert judged('output_dir="out"') == [2]
    assert judged('eval_strategy="steps", eval_steps=200, save_steps=300') == [2]
    assert judged('eval_strategy="steps", logging_steps=150') == [2]


def test_strategies_that_meet_are_right():
    """Also by default, by steps that are multiples, and where only the best is saved."""
    assert judged('eval_strategy="epoch", save_strategy="epoch"') == []
    assert judged('eval_strategy="steps"') == []
    assert judged('eval_strategy="steps", eval_steps=10, save_steps=20') == []
    assert judged('eval_strategy="epoch", save_strategy="best"') == []
    assert judged("eval_strategy=IntervalStrategy.EPOCH, save_strategy=IntervalStrategy.EPOCH") == []
    assert judged("eval_strategy=strategy") == []

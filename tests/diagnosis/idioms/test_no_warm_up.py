from datakit.testing import recognise

HEAD = "from transformers import TrainingArguments, get_cosine_schedule_with_warmup\n"


def test_a_high_rate_without_warm_up_is_a_remark():
    """Higher ones are told otherwise, lower ones do without."""
    assert recognise("no-warm-up", HEAD + "TrainingArguments(learning_rate=2e-4)") == [2]
    assert recognise("no-warm-up", HEAD + "TrainingArguments(learning_rate=2e-4, warmup_steps=0.1)") == []
    assert recognise("no-warm-up", HEAD + "TrainingArguments(learning_rate=2e-5)") == []
    assert recognise("no-warm-up", HEAD + "TrainingArguments(learning_rate=5e-3)") == []


def test_a_schedule_with_no_steps_of_warm_up_is_a_remark():
    """By name and by position."""
    assert recognise("no-warm-up", HEAD + "get_cosine_schedule_with_warmup(o, num_warmup_steps=0)") == [2]
    assert recognise("no-warm-up", HEAD + "get_cosine_schedule_with_warmup(o, 0, 100)") == [2]
    assert recognise("no-warm-up", HEAD + "get_cosine_schedule_with_warmup(o, 10, 100)") == []

from datakit.testing import recognise

HEAD = """from transformers import EarlyStoppingCallback, Trainer, TrainingArguments
args = TrainingArguments(load_best_model_at_end=True)
"""


def test_choosing_by_the_test_rows_is_told():
    """By the best checkpoint, or by stopping early."""
    assert recognise("selected-on-test", HEAD + 'Trainer(eval_dataset=data["test"])') == [3]
    stopping = (
        HEAD.replace("=True", "=False") + "Trainer(eval_dataset=test_set, callbacks=[EarlyStoppingCallback()])"
    )
    assert recognise("selected-on-test", stopping) == [3]


def test_measuring_on_the_test_rows_is_right():
    """Where nothing is chosen by it, or validation rows are there."""
    assert recognise("selected-on-test", HEAD + 'Trainer(eval_dataset=data["validation"])') == []
    plain = "from transformers import Trainer\nTrainer(eval_dataset=data['test'])"
    assert recognise("selected-on-test", plain) == []

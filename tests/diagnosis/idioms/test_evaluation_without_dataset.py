from datakit.testing import recognise

HEAD = "from transformers import Trainer, TrainingArguments\n"


def test_evaluation_needs_rows():
    """The trainer without them is named."""
    code = (
        HEAD
        + """
args = TrainingArguments(eval_strategy="epoch")
Trainer(model=model, args=args, train_dataset=train)
"""
    )
    assert recognise("evaluation-without-dataset", code) == [4]
    assert recognise("evaluation-without-dataset", code.replace("eval_strategy", "evaluation_strategy")) == [4]


def test_each_trainer_is_judged_by_its_own_options():
    """The first one does not evaluate."""
    code = (
        HEAD
        + """
first = TrainingArguments(output_dir="a")
second = TrainingArguments(eval_strategy="steps")
Trainer(model=model, args=first, train_dataset=train)
Trainer(model=model, args=second, train_dataset=train)
"""
    )
    assert recognise("evaluation-without-dataset", code) == [6]


def test_what_cannot_be_seen_is_not_judged():
    """Options or datasets that come from elsewhere, or by position."""
    for code in (
        'Trainer(model, TrainingArguments(eval_strategy="epoch"), None, train, validation)',
        'Trainer(args=TrainingArguments(eval_strategy="epoch"), eval_dataset=validation)',
        'args = TrainingArguments(eval_strategy="no")\nTrainer(args=args, train_dataset=train)',
        "args = TrainingArguments(eval_strategy=strategy)\nTrainer(args=args, train_dataset=train)",
        'args = TrainingArguments(eval_strategy="epoch")\nTrainer(args=args, **data)',
    ):
        assert recognise("evaluation-without-dataset", HEAD + code) == [], code

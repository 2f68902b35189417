from datakit.testing import recognise

CODE = """
from transformers import Trainer
trainer = Trainer(model=model, args=args, train_dataset=train)
trainer.train()
"""


def test_training_without_measuring_is_told():
    """Where the Trainer is made."""
    assert recognise("never-evaluated", CODE) == [3]


def test_measuring_anywhere_is_enough():
    """With rows at hand, or later."""
    assert recognise("never-evaluated", CODE.replace("train)", "train, eval_dataset=rows)")) == []
    assert recognise("never-evaluated", CODE + "trainer.predict(rows)") == []
    assert recognise("never-evaluated", CODE.replace("trainer.train()", "")) == []

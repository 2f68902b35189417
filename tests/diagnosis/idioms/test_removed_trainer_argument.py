from datakit.testing import recognise


def test_tokenizer_is_called_processing_class_now():
    """In Trainer, and in classes derived from it."""
    code = """
from transformers import Trainer
class Weighted(Trainer):
    pass
Trainer(model=model, tokenizer=tokenizer)
Weighted(
    model=model,
    tokenizer=tokenizer,
)
"""
    assert recognise("removed-trainer-argument", code) == [5, 8]


def test_other_trainers_are_left_alone():
    """Those of other packages, and a class with an `__init__` of its own."""
    code = """
import pytorch_lightning as pl
from transformers import Trainer
class Mine(Trainer):
    def __init__(self, tokenizer, **options):
        super().__init__(processing_class=tokenizer, **options)
pl.Trainer(tokenizer=tokenizer)
Mine(tokenizer=tokenizer)
Trainer(processing_class=tokenizer)
"""
    assert recognise("removed-trainer-argument", code) == []

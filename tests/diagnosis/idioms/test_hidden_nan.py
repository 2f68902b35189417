from datakit.testing import recognise

CODE = """
from transformers import Trainer, TrainingArguments
args = TrainingArguments(output_dir="out")
more = TrainingArguments(output_dir="more")
Trainer(args=args)
"""


def test_the_filter_is_told_once_a_script():
    """It is on by default."""
    assert recognise("hidden-nan", CODE) == [3]


def test_whoever_names_it_knows_it():
    """And options without a Trainer are for something else."""
    assert recognise("hidden-nan", CODE.replace('"out"', '"out", logging_nan_inf_filter=False')) == []
    assert recognise("hidden-nan", CODE.replace("Trainer(args=args)", "")) == []

from datakit.testing import recognise

CODE = """
from transformers import AutoModelForSequenceClassification
model = AutoModelForSequenceClassification.from_pretrained(name)
for batch in loader:
    model(**batch).loss.backward()
"""


def test_a_pretrained_model_comes_in_evaluation_mode():
    """The loop that trains it so is told, once."""
    assert recognise("missing-train-mode", CODE) == [4]
    assert recognise("missing-train-mode", CODE + CODE) == [4]


def test_a_model_that_is_switched_is_right():
    """And one that is not pretrained."""
    assert recognise("missing-train-mode", CODE + "model.train()") == []
    assert recognise("missing-train-mode", CODE.replace("from_pretrained", "from_config")) == []
    tokenizer = CODE.replace("AutoModelForSequenceClassification", "AutoTokenizer")
    assert recognise("missing-train-mode", tokenizer) == []


def test_a_fresh_model_of_transformers_really_trains_without_dropout():
    """What the idiom is about: the library says so in its source."""
    from importlib.util import find_spec
    from pathlib import Path

    source = Path(find_spec("transformers").origin).with_name("modeling_utils.py").read_text(encoding="utf-8")
    assert "The model is set in evaluation mode by default using `model.eval()`" in source

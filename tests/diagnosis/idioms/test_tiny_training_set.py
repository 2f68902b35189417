from datakit.testing import recognise

TAIL = """
rows = Rows(tokenizer(texts), labels)
Trainer(model, args, train_dataset=rows)
"""
HEAD = "from transformers import Trainer\n"


def test_a_handful_of_texts_is_told():
    """Where they stand; `texts` says how many are a handful."""
    code = HEAD + 'texts = ["a good film", "a bad film"]' + TAIL
    assert recognise("tiny-training-set", code) == [2]
    assert recognise("tiny-training-set", code, options={"texts": 1}) == []


def test_lists_of_other_things_are_right():
    """Names of columns, texts to predict, texts that are read."""
    for line in (
        'texts = ["text", "label"]',
        'texts = pd.read_csv("x.csv")["text"]',
        'examples = ["a good film", "a bad film"]',
    ):
        assert recognise("tiny-training-set", HEAD + line + TAIL) == [], line

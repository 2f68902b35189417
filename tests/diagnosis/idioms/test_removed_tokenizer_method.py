from datakit.testing import recognise


def test_methods_that_are_gone_are_named():
    """And an option that nobody hears."""
    code = """
from transformers import AutoTokenizer
tokenizer.encode_plus(text, pad_to_max_length=True)
tokenizer.batch_encode_plus(texts)
"""
    assert recognise("removed-tokenizer-method", code) == [3, 3, 4]


def test_a_call_of_the_tokenizer_is_right():
    """And so is such a method where transformers is not used."""
    assert recognise("removed-tokenizer-method", "from transformers import AutoTokenizer\ntokenizer(text)") == []
    assert recognise("removed-tokenizer-method", "from mine import tokenizer\ntokenizer.encode_plus(text)") == []

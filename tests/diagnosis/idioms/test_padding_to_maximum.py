from datakit.testing import recognise

HEAD = "from transformers import Trainer\nTrainer(model)\n"


def test_padding_to_the_longest_that_there_could_be_is_told():
    """To 512 tokens, or a number above 64."""
    assert recognise("padding-to-maximum", HEAD + 'tokenizer(x, padding="max_length", truncation=True)') == [3]
    assert recognise("padding-to-maximum", HEAD + 'self.tokenizer(x, padding="max_length", max_length=256)') == [3]


def test_short_or_dynamic_padding_is_right():
    """And what a script that trains nothing does, or one for a TPU."""
    call = 'tokenizer(x, padding="max_length")'
    assert recognise("padding-to-maximum", HEAD + 'tokenizer(x, padding="max_length", max_length=32)') == []
    assert recognise("padding-to-maximum", HEAD + "tokenizer(x, padding=True)") == []
    assert recognise("padding-to-maximum", call) == []
    assert recognise("padding-to-maximum", HEAD + "import torch_xla\n" + call) == []

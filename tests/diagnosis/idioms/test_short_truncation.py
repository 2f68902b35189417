from datakit.testing import recognise


def test_a_handful_of_tokens_is_told():
    """Where something is trained on them."""
    head = "from transformers import Trainer\nTrainer(model)\n"
    assert recognise("short-truncation", head + "tokenizer(x, truncation=True, max_length=8)") == [3]
    assert recognise("short-truncation", head + "tokenizer(x, truncation=True, max_length=128)") == []
    assert recognise("short-truncation", head + "tokenizer(x, max_length=8)") == []
    assert recognise("short-truncation", "tokenizer(x, truncation=True, max_length=8)") == []

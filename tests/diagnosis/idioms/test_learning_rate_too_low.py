from datakit.testing import recognise

HEAD = "from torch.optim import AdamW\nfrom transformers import AutoModel, TrainingArguments\n"


def test_rates_that_move_nothing_are_told():
    """A millionth and less, of any length."""
    assert recognise("learning-rate-too-low", HEAD + "AdamW(model.parameters(), lr=1e-6)") == [3]
    assert recognise(
        "learning-rate-too-low", HEAD + "TrainingArguments(learning_rate=1e-7, num_train_epochs=9)"
    ) == [3]


def test_a_low_rate_over_few_epochs_is_a_remark():
    """3 epochs are the default."""
    assert recognise("learning-rate-too-low", HEAD + "TrainingArguments(learning_rate=1e-5)") == [3]
    assert (
        recognise("learning-rate-too-low", HEAD + "TrainingArguments(learning_rate=1e-5, num_train_epochs=10)")
        == []
    )
    assert (
        recognise("learning-rate-too-low", HEAD + "TrainingArguments(learning_rate=1e-5, max_steps=10_000)") == []
    )
    assert recognise("learning-rate-too-low", HEAD + "AdamW(model.parameters(), lr=1e-5)") == []
    assert (
        recognise("learning-rate-too-low", HEAD + "TrainingArguments(learning_rate=2e-5, num_train_epochs=1)")
        == []
    )

from datakit.testing import recognise

HEAD = "from torch.utils.data import DataLoader\nfrom transformers import TrainingArguments\n"
LOOP = """
for batch in loader:
    loss.backward()
"""


def test_training_row_by_row_is_told():
    """Asked for, or by default."""
    assert recognise("single-row-batches", HEAD + "loader = DataLoader(rows, batch_size=1)" + LOOP) == [3]
    assert recognise("single-row-batches", HEAD + "loader = DataLoader(rows, shuffle=True)" + LOOP) == [3]
    assert recognise("single-row-batches", HEAD + "TrainingArguments(per_device_train_batch_size=1)") == [3]


def test_batches_and_accumulation_are_right():
    """One row is enough to evaluate, and a row of a language model has many tokens."""
    for code in (
        "loader = DataLoader(rows, batch_size=8)" + LOOP,
        "test_loader = DataLoader(rows, batch_size=1)",
        "TrainingArguments(per_device_train_batch_size=1, gradient_accumulation_steps=16)",
        "TrainingArguments(output_dir='out')",
        "from transformers import AutoModelForCausalLM\nTrainingArguments(per_device_train_batch_size=1)",
    ):
        assert recognise("single-row-batches", HEAD + code) == [], code

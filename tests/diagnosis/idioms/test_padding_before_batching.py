from datakit.testing import recognise

HEAD = "from transformers import Trainer\nfrom torch.utils.data import DataLoader, Dataset\n"


def test_padding_what_goes_into_a_data_set_is_told():
    """At the top of the script, in a data set, in `map`."""
    flat = (
        HEAD
        + """
encodings = tokenizer(texts, padding=True)
Trainer(model, args, train_dataset=Rows(encodings, labels))
"""
    )
    assert recognise("padding-before-batching", flat) == [4]
    made = (
        HEAD
        + """
class Rows(Dataset):
    def __init__(self, texts):
        self.encodings = tokenizer(texts, padding="longest")
"""
    )
    assert recognise("padding-before-batching", made) == [6]
    mapped = (
        HEAD
        + """
def encode(batch):
    return tokenizer(batch["text"], padding=True)
data = data.map(encode, batched=True)
"""
    )
    assert recognise("padding-before-batching", mapped) == [5]


def test_padding_a_batch_is_right():
    """In a collator, in a loop, or for prediction."""
    code = (
        HEAD
        + """
def collate(rows):
    return tokenizer([row["text"] for row in rows], padding=True)
for texts in batches:
    batch = tokenizer(texts, padding=True)
inputs = tokenizer(["a new text"], padding=True)
Trainer(model, args, collate, train_dataset)
"""
    )
    assert recognise("padding-before-batching", code) == []

from datakit.testing import recognise

HEAD = "from transformers import AutoModel\nbatch = tokenizer(texts, padding=True)\n"
TAIL = "\nloss.backward()"


def test_padding_that_is_read_as_text_is_told():
    """By name or by position."""
    assert recognise("missing-attention-mask", HEAD + "model(input_ids, labels=labels)" + TAIL) == [3]
    assert recognise("missing-attention-mask", HEAD + 'self.bert(input_ids=batch["input_ids"])' + TAIL) == [3]


def test_a_mask_is_right():
    """However it is handed over; and rows that are not padded need none."""
    for line in (
        "model(input_ids, attention_mask=mask)",
        "model(input_ids, mask)",
        "model(**batch)",
        "model(input_ids=input_ids, **rest)",
        "model(pixels)",
    ):
        assert recognise("missing-attention-mask", HEAD + line + TAIL) == [], line
    assert recognise("missing-attention-mask", "from transformers import AutoModel\nmodel(input_ids)" + TAIL) == []

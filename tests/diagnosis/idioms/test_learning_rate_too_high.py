from datakit.testing import recognise

HEAD = "from torch.optim import AdamW\nfrom transformers import AutoModel, TrainingArguments\n"


def test_rates_of_a_thousandth_and_more_are_told():
    """Of optimizers and of options, also through a name."""
    assert recognise("learning-rate-too-high", HEAD + "AdamW(model.parameters(), lr=5e-3)") == [3]
    assert recognise("learning-rate-too-high", HEAD + "LR = 1e-3\nAdamW(model.parameters(), LR)") == [4]
    assert recognise("learning-rate-too-high", HEAD + "TrainingArguments(learning_rate=0.002)") == [3]


def test_usual_rates_and_parts_of_models_are_right():
    """A head alone, adapters, other optimizers, scripts without transformers."""
    for code in (
        "AdamW(model.parameters(), lr=9e-4)",
        "AdamW(model.classifier.parameters(), lr=1e-2)",
        "AdamW(model.parameters(), lr=rate)",
        'TrainingArguments(learning_rate=1e-3, optim="adafactor")',
        "from peft import LoraConfig\nAdamW(model.parameters(), lr=1e-3)",
    ):
        assert recognise("learning-rate-too-high", HEAD + code) == [], code
    assert (
        recognise("learning-rate-too-high", "from torch.optim import AdamW\nAdamW(net.parameters(), lr=1e-2)")
        == []
    )


def test_the_limit_is_an_option():
    """`rate`."""
    code = HEAD + "AdamW(model.parameters(), lr=2e-4)"
    assert recognise("learning-rate-too-high", code, options={"rate": 2e-4}) == [3]

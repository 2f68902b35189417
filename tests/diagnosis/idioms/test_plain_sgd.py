from datakit.testing import recognise


def test_sgd_at_a_rate_for_adam_is_told():
    """It moves a transformer next to nowhere."""
    code = "from torch.optim import SGD\nfrom transformers import AutoModel\nSGD(model.parameters(), lr=2e-5)"
    assert recognise("plain-sgd", code) == [3]
    assert recognise("plain-sgd", code.replace("2e-5", "0.1")) == []
    assert recognise("plain-sgd", code.replace("transformers", "mine")) == []

from datakit.testing import recognise

HEAD = "from transformers import Trainer\nfrom torch.optim import AdamW\n"


def test_a_slice_of_keras_layers_is_the_whole_encoder():
    """`layers[:-3]` of four."""
    code = (
        HEAD
        + """
for layer in model.layers[:-3]:
    layer.trainable = False
"""
    )
    assert recognise("frozen-encoder", code) == [4]


def test_a_frozen_body_at_a_rate_for_fine_tuning_is_told():
    """At a rate for a head alone it is meant."""
    code = (
        HEAD
        + """
for p in model.distilbert.parameters():
    p.requires_grad = False
AdamW(model.parameters(), lr=2e-5)
"""
    )
    assert recognise("frozen-encoder", code) == [4]
    assert recognise("frozen-encoder", code.replace("2e-5", "1e-3")) == []


def test_freezing_by_depth_is_right():
    """Some blocks, embeddings, or under a condition."""
    code = (
        HEAD
        + """
for p in model.bert.embeddings.parameters():
    p.requires_grad = False
for block in model.distilbert.transformer.layers[:3]:
    block.trainable = False
for name, p in model.bert.named_parameters():
    if "layer.0" in name:
        p.requires_grad = False
AdamW(model.parameters(), lr=2e-5)
"""
    )
    assert recognise("frozen-encoder", code) == []

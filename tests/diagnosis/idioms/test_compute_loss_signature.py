from datakit.testing import recognise


def test_the_signature_of_version_4_is_told():
    """Where the method begins."""
    code = """
from transformers import Trainer
class Weighted(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False):
        return loss
class More(Weighted):
    def compute_loss(self, model, inputs):
        return loss
"""
    assert recognise("compute-loss-signature", code) == [4, 7]


def test_a_method_that_takes_it_is_right():
    """By name or by `**kwargs`; and other classes may do as they like."""
    code = """
from transformers import Trainer
class A(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
        return loss
class B(Trainer):
    def compute_loss(self, model, inputs, **kwargs):
        return loss
class C:
    def compute_loss(self, model, inputs):
        return loss
"""
    assert recognise("compute-loss-signature", code) == []

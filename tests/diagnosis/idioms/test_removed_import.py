from datakit.testing import recognise


def test_classes_that_are_gone_are_named():
    """AdamW, TensorFlow and Flax classes, and the metrics of datasets."""
    code = """
from transformers import AutoTokenizer, AdamW
from transformers import TFAutoModelForSequenceClassification, FlaxBertModel
from transformers.optimization import AdamW as Optimizer
from datasets import load_metric
"""
    assert recognise("removed-import", code) == [2, 3, 3, 4, 5]


def test_attributes_of_the_package_count():
    """`transformers.AdamW` fails too."""
    assert recognise("removed-import", "import transformers as tr\n\ntr.AdamW(model.parameters())") == [3]


def test_what_is_there_is_no_fault():
    """The optimizer of torch, a name of another package, and names that only begin so."""
    code = """
from torch.optim import AdamW
from mylib import TFBertModel
from transformers import TFIDF, Trainer
import transformers
transformers.AutoModel
"""
    assert recognise("removed-import", code) == []

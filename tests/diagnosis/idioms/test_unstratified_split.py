from datakit.testing import recognise

HEAD = """from sklearn.model_selection import train_test_split
from transformers import AutoModelForSequenceClassification
"""


def test_a_split_without_strata_is_a_remark():
    """Of sklearn, and of datasets."""
    assert recognise("unstratified-split", HEAD + "train_test_split(texts, labels)") == [3]
    assert recognise("unstratified-split", HEAD + "data.train_test_split(test_size=0.1)") == [3]


def test_strata_are_right():
    """And tasks that have none."""
    assert recognise("unstratified-split", HEAD + "train_test_split(texts, labels, stratify=labels)") == []
    assert recognise("unstratified-split", HEAD + 'data.train_test_split(stratify_by_column="label")') == []
    assert recognise("unstratified-split", HEAD.replace("Sequence", "Token") + "train_test_split(x)") == []
    assert recognise("unstratified-split", HEAD + 'task = "regression"\ntrain_test_split(x)') == []

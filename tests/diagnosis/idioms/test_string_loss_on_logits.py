from datakit.testing import recognise

HEAD = "from transformers import TFBertForSequenceClassification\n"
LOSS = 'model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")'


def test_a_loss_by_its_name_takes_probabilities():
    """The models of transformers give logits."""
    assert recognise("string-loss-on-logits", HEAD + LOSS) == [2]


def test_probabilities_and_loss_objects_are_right():
    """A softmax on top, a loss made for logits, a model of another kind."""
    assert recognise("string-loss-on-logits", HEAD + 'Dense(2, activation="softmax")\n' + LOSS) == []
    assert recognise("string-loss-on-logits", HEAD + "model.compile(optimizer=optimizer, loss=loss)") == []
    assert recognise("string-loss-on-logits", "import keras\n" + LOSS) == []

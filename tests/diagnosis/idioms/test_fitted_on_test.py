from datakit.testing import recognise

HEAD = "from transformers import Trainer\n"


def test_learning_from_test_rows_is_told():
    """By their name."""
    assert recognise("fitted-on-test", "vectorizer.fit_transform(X_test)") == [1]
    assert recognise("fitted-on-test", "scaler.fit(test_features)") == [1]
    assert recognise("fitted-on-test", HEAD + 'Trainer(train_dataset=data["test"])') == [2]


def test_learning_from_training_rows_is_right():
    """And the test rows may be transformed and measured."""
    for code in (
        "vectorizer.fit_transform(X_train)",
        "vectorizer.transform(X_test)",
        "model.fit(x, y, validation_data=(X_test, y_test))",
        "model.fit(train_test_rows)",
        'Trainer(train_dataset=data["train"], eval_dataset=data["test"])',
    ):
        assert recognise("fitted-on-test", HEAD + code) == [], code

from datakit.testing import recognise

HEAD = "from transformers import Trainer\n"


def test_accuracy_alone_is_a_remark():
    """Of a Trainer, or of Keras."""
    code = (
        HEAD
        + """
def compute_metrics(answers):
    return {"accuracy": (answers.predictions.argmax(-1) == answers.label_ids).mean()}
"""
    )
    assert recognise("accuracy-only", code) == [3]
    assert recognise("accuracy-only", HEAD + 'model.compile(metrics=["accuracy"])') == [2]


def test_a_figure_that_sees_rare_labels_is_enough():
    """Anywhere in the script."""
    for line in (
        "from sklearn.metrics import f1_score",
        "balanced_accuracy_score(labels, answers)",
        "print(classification_report(labels, answers))",
        "metric = evaluate.load('f1')",
        "roc_auc_score(labels, answers)",
    ):
        code = HEAD + 'model.compile(metrics=["accuracy"])\n' + line
        assert recognise("accuracy-only", code) == [], line

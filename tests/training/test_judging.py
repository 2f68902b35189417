import numpy as np
import pytest
from transformers import EvalPrediction

from datakit.training.judging import judged
from datakit.training.task import Task

ONE = Task(labels=("ham", "spam"), counts=(3, 1), rows=4, multi_label=False)
SEVERAL = Task(labels=("offer", "work"), counts=(2, 2), rows=4, multi_label=True)


def figures(logits, targets, task=ONE):
    """Return how logits are judged, a row a text."""
    prediction = EvalPrediction(predictions=np.array(logits, dtype=np.float32), label_ids=np.array(targets))
    return judged(prediction, task, range(len(targets)))


def test_the_same_answer_to_all_tells_nothing():
    """By the frequencies it costs just what a blind answer costs, and the rare label is never found."""
    blind = figures([np.log([0.75, 0.25])] * 4, [0, 0, 0, 1])
    assert blind["information"] == pytest.approx(0, abs=1e-6)
    assert blind["relative_loss"] == pytest.approx(1)
    assert blind["entropy"] == pytest.approx(0.5623, abs=1e-4)
    assert (blind["recall/ham"], blind["recall/spam"]) == (1, 0)


def test_sure_and_right_answers_tell_all():
    """Their entropy is 0, and their mean has that of the labels."""
    right = figures([[20, 0], [20, 0], [20, 0], [0, 20]], [0, 0, 0, 1])
    assert right["information"] == pytest.approx(1)
    assert right["relative_loss"] == pytest.approx(0, abs=1e-6)


def test_a_label_that_validation_lacks_has_no_recall():
    """Nor have answers anything to tell where there is one label only."""
    alone = figures([[1, 0], [1, 0]], [0, 0])
    assert {"recall/spam", "information", "relative_loss"}.isdisjoint(alone)
    assert alone["recall/ham"] == 1


def test_rows_may_be_ranked_rightly_though_all_get_one_answer():
    """Macro-F1 does not see it; where one label has all rows there is nothing to rank."""
    ranked = figures([[3, 0], [3, 0], [3, 1], [3, 2]], [0, 0, 1, 1])
    assert (ranked["roc_auc"], ranked["recall/spam"]) == (1, 0)
    assert figures([[3, 2], [3, 1], [3, 0], [3, 0]], [0, 0, 1, 1])["roc_auc"] == 0
    assert "roc_auc" not in figures([[1, 0], [1, 0]], [0, 0])


def test_with_several_labels_each_is_judged_by_itself():
    """Information and entropy are the means over labels; here the second label gets the same answer always."""
    rows = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]
    half = figures([[20 if row[0] else -20, 0] for row in rows], rows, SEVERAL)
    assert half["information"] == pytest.approx(0.5)
    assert half["entropy"] == pytest.approx(np.log(2) / 2)
    assert (half["recall/offer"], half["recall/work"]) == (1, 0)

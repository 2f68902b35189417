"""Class weights."""

import numpy as np
import pytest

from datakit.core.errors import UsageError
from datakit.training.class_weights import class_weights
from datakit.training.settings import Settings
from datakit.training.task import Task

TASK = Task(labels=("ham", "spam"), counts=(90, 10), rows=100, multi_label=False)


def weights(chosen, **settings):
    """Return the weights of ham and spam."""
    return class_weights(Settings(class_weights=chosen, **settings), TASK)


def test_balanced_weights_make_every_label_weigh_the_same():
    """Rows times weight is the same for each label, and the mean weight of a row is one."""
    assert np.allclose(np.multiply(weights("balanced"), TASK.counts), 50)


def test_effective_weights_lie_between_none_and_balanced():
    """Beta 0 weighs all alike, beta towards 1 is balanced; the mean weight of a row is one for all."""
    betas = [weights("effective", class_weights_beta=beta) for beta in (0.0, 0.9, 0.99, 0.999999)]
    rare = [spam for _, spam in betas]
    assert rare == sorted(rare)
    assert betas[0] == (1, 1)
    assert np.allclose(betas[-1], weights("balanced"), rtol=1e-3)
    assert np.allclose([np.dot(w, TASK.counts) for w in betas], 100)


def test_automatic_weights_are_balanced_unless_another_remedy_was_chosen():
    """Two remedies at once count rare labels twice."""
    assert weights("auto") == weights("balanced")
    assert weights("auto", loss="focal") == weights("balanced")
    for other in ({"loss": "logit-adjustment"}, {"loss": "ldam"}, {"sampling": "balanced"}):
        assert weights("auto", **other) is None
    assert weights("none") is None


def test_weights_by_hand_are_taken_as_they_are():
    """In the order of the task's labels."""
    assert weights({"spam": 7.0, "ham": 0.5}) == (0.5, 7.0)


def test_labels_that_are_numbers_need_no_quotes():
    """A recipe in YAML gives them as numbers."""
    task = Task(labels=("0", "1"), counts=(90, 10), rows=100, multi_label=False)
    assert class_weights(Settings(class_weights={0: 1, 1: 9}), task) == (1, 9)


def test_weights_for_other_labels_than_those_of_train_are_refused_all_at_once():
    """An unknown label is told with the nearest known one, a missing one by its name."""
    with pytest.raises(UsageError) as caught:
        weights({"spma": 2.0, "eggs": 1.0, "ham": 1.0})
    assert [problem.got for problem in caught.value.problems] == [
        "no label 'spma' in train",
        "no label 'eggs' in train",
        "no weight for the label 'spam'",
    ]
    assert "did you mean 'spam'?" in caught.value.problems[0].fix


@pytest.mark.parametrize("weight", [0, -1, float("inf"), float("nan")])
def test_a_weight_is_a_positive_number(weight):
    """A label of weight 0 would not be learnt at all."""
    with pytest.raises(ValueError, match="class_weights"):
        Settings(class_weights={"ham": 1, "spam": weight})

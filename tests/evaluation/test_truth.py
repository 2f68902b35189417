import numpy as np
import pytest

from datakit.core.corpus import Corpus
from datakit.evaluation.truth import Truth, one_hot
from datakit.testing import corpus


def test_one_label_and_several_have_one_form():
    """Labels that the classifier lacks come after those it knows."""
    one = Truth.of(["b", "a"], ["a", "z", "b"])
    assert (one.labels, one.known, one.several) == (("b", "a", "z"), 2, False)
    assert one.carried.tolist() == [[False, True, False], [False, False, True], [True, False, False]]
    sets = Truth.of(["b", "a"], [("a", "b"), (), ("z",)])
    assert sets.several
    assert sets.carried.sum(axis=1).tolist() == [2, 0, 1]


def test_a_corpus_says_itself_which_it_is():
    """Rows with one label, or with several."""
    assert not Truth.of_corpus(["x"], corpus([("a", "x")])).several
    several = Corpus.from_columns(["a", "b"], None, labels=[["x", "y"], []])
    assert Truth.of_corpus(["x"], several).labels == ("x", "y")


def test_answers_are_the_most_probable_label_or_all_from_a_half():
    """Ties go to the first label."""
    scores = np.array([[0.5, 0.5], [0.2, 0.4]])
    assert Truth.of(["a", "b"], ["a", "b"]).answers(scores).tolist() == [[True, False], [False, True]]
    assert Truth.of(["a", "b"], [["a"], []]).answers(scores).tolist() == [[True, True], [False, False]]


def test_rows_of_an_unknown_label_teach_nothing():
    """With several labels a row, the row still teaches the others."""
    scores = np.array([[0.5, 0.5], [0.2, 0.8]])
    truth, kept = Truth.of(["a", "b"], ["z", "b"]).learnable(scores)
    assert (truth.labels, truth.carried.tolist(), kept.tolist()) == (("a", "b"), [[False, True]], [[0.2, 0.8]])
    sets, kept = Truth.of(["a", "b"], [["z"], ["b", "z"]]).learnable(scores)
    assert (sets.carried.tolist(), len(kept)) == ([[False, False], [False, True]], 2)


def test_what_does_not_fit_is_refused():
    """Another shape, or no rows."""
    with pytest.raises(ValueError, match="2 rows, 1 classes"):
        Truth.of(["a"], ["a", "a"]).padded(one_hot(np.array([0, 1]), 2))
    with pytest.raises(ValueError, match="no rows"):
        Truth.of(["a"], [])

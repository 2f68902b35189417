import numpy as np

from datakit.evaluation import probe
from datakit.evaluation.probe import Embedded
from datakit.testing import corpus

TRAIN = corpus([("see you at the station tonight", "ham"), ("you have won a prize, call now", "spam")])
TEST = corpus(
    [("win a free prize", "spam"), ("meet me at the station", "ham"), ("see you at the station tonight", "ham")]
)


def test_the_nearest_train_row_means_the_same():
    """By the cosine of both vectors; a copy has 1."""
    nearest, cosines = Embedded.of(TRAIN, TEST).nearest()
    assert nearest.tolist() == [1, 0, 0]
    assert np.isclose(cosines[2], 1)
    assert (cosines[:2] < 0.9).all()


def test_of_many_train_rows_some_are_drawn_whatever_their_order(monkeypatch):
    """By their ids."""
    monkeypatch.setattr(probe, "MOST", 3)
    rows = corpus([(f"text number {i}", "a") for i in range(8)])
    drawn = Embedded.of(rows, TEST)
    again = Embedded.of(rows.take(range(7, -1, -1)), TEST)
    assert len(drawn.train) == len(drawn.train_vectors) == 3
    assert set(drawn.train.ids) == set(again.train.ids) != set(Embedded.of(rows, TEST, seed=14).train.ids)

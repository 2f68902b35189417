import numpy as np
import pytest
from sick import SICK

from datakit.testing import history, judge

BLIND = [{"information": 0.0}]


def test_batches_of_one_label_are_told_from_mixed_ones():
    """Of eight rows, three quarters of them ham, the entropy is .50 on average."""
    diagnosis = judge("sorted-batches", **SICK["sorted-batches"])
    assert diagnosis.finding.evidence["entropy"] == pytest.approx(0.02)
    assert diagnosis.finding.evidence["expected"] == pytest.approx(drawn([300, 100], 8), abs=0.01)


@pytest.mark.parametrize(("part", "fires"), [(0.29, True), (0.31, False)])
def test_batches_that_are_somewhat_mixed_are_none(part, fires):
    """The limit is three tenths."""
    run = history(epochs=BLIND, every_step={"label_entropy": part * 0.4976})
    assert (judge("sorted-batches", history=run) is not None) is fires


def test_batches_of_like_length_may_be_of_one_label():
    """Where they come in random order the model learns; and where it does not, the rate may be at fault."""
    assert judge("sorted-batches", history=history(every_step={"label_entropy": 0.0})) is None
    slow = history(epochs=BLIND, every_step={"label_entropy": 0.0, "body_update": 1e-6})
    assert judge("sorted-batches", history=slow) is None


def test_drawn_evenly_other_entropies_are_expected():
    """With `sampling: balanced` every label is as likely as any other."""
    run = history(epochs=BLIND, every_step={"label_entropy": 0.02}, settings={"sampling": "balanced"})
    expected = judge("sorted-batches", history=run).finding.evidence["expected"]
    assert expected == pytest.approx(drawn([1, 1], 8), abs=0.01)


def drawn(counts, rows):
    """Return the mean entropy of many batches."""
    parts = np.random.default_rng(0).multinomial(rows, np.array(counts) / sum(counts), 20_000) / rows
    return -(parts * np.log(parts, where=parts > 0, out=np.zeros_like(parts))).sum(axis=1).mean()

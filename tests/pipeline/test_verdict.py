"""The sentences say what the tables say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.evaluation.comparison import Difference
from datakit.evaluation.truth import Truth, one_hot
from datakit.pipeline.verdict import Comparison, Table, sentence

SHARE = st.floats(-0.3, 0.3)


@given(SHARE, st.floats(0.001, 0.1), st.floats(0, 1), st.integers(1, 6))
def test_a_sentence_agrees_with_its_line(difference, reach, p_holm, n):
    """Better, worse or neither as the outcome; the figures are the line's."""
    one = Difference(
        baseline="plain",
        arm="synonym",
        baseline_mean=0.5,
        arm_mean=0.5 + difference,
        difference=difference,
        low=difference - reach,
        high=difference + reach,
        error=reach / 2,
        freedom=4,
        p=p_holm / n,
        p_holm=p_holm,
        detectable=reach * 2,
    )
    said = sentence(one, Table(figure="macro-F1", rows=872, differences=(one,) * n), 5)
    assert said.startswith("synonym against plain, macro-F1: ")
    assert (": better by" in said) == (one.outcome == "better")
    assert (": worse by" in said) == (one.outcome == "worse")
    if one.outcome == "no difference":
        assert f"872 rows and 5 seeds could show: less than {200 * reach:.1f} points would not be seen" in said
        assert ("not beyond doubt" in said) == (one.low > 0 or one.high < 0)
    else:
        assert f"by {abs(100 * difference):.1f} points" in said


def arms(rng, truth, shares, seeds=5):
    """Return answers by arm that are right on the share of the rows that is given."""
    return {
        name: np.stack(
            [one_hot(np.where(rng.random(len(truth)) < right, truth, 1 - truth), 2) for _ in range(seeds)]
        )
        for name, right in shares.items()
    }


def compared(shares, augmenting=(), seeds=5, rows=600):
    """Return the comparison of simulated arms."""
    rng = np.random.default_rng(1)
    labels = ["ham" if i % 5 else "spam" for i in range(rows)]
    truth = Truth.of(("ham", "spam"), labels)
    answers = arms(rng, truth.carried.argmax(axis=1), shares, seeds)
    return Comparison.of(truth, answers, "spam", augmenting=augmenting)


def test_the_verdict_has_one_sentence_a_line_of_the_tables():
    """In their order, and nothing that no table says."""
    found = compared({"plain": 0.7, "weights": 0.9, "synonym": 0.6}, augmenting=["synonym"])
    lines = [(one, table) for table in (*found.tables, found.against_remedies) for one in table.differences]
    assert len(found.verdict) == len(lines) == 5
    for said, (one, table) in zip(found.verdict, lines, strict=True):
        assert said.removeprefix("new texts or none: ") == sentence(one, table, 5)
    assert [table.figure for table in found.tables] == ["macro-F1", "recall of 'spam'"]
    assert [one.outcome for one in found.tables[0].differences] == ["better", "worse"]


def test_new_texts_are_held_against_the_best_remedy_without():
    """Better than plain is not enough where class weights do more."""
    found = compared({"plain": 0.6, "weights": 0.9, "synonym": 0.75}, augmenting=["synonym"])
    assert [one.outcome for one in found.tables[0].differences] == ["better", "better"]
    (against,) = found.against_remedies.differences
    assert (against.baseline, against.arm, against.outcome) == ("weights", "synonym", "worse")
    assert found.verdict[-1].startswith("new texts or none: synonym against weights, macro-F1: worse by")
    assert compared({"plain": 0.6, "synonym": 0.75}, augmenting=["synonym"]).against_remedies is None


def test_one_model_an_arm_says_what_it_leaves_out():
    """And has McNemar's p beside."""
    found = compared({"a": 0.7, "b": 0.9}, seeds=1)
    assert found.mcnemar["b"] < 0.001
    assert "another seed may say otherwise" in found.verdict[-1]
    assert compared({"a": 0.7, "b": 0.9}).mcnemar == {}
    assert compared({"a": 0.7, "b": 0.9}, seeds=3).verdict[-1].startswith("3 seeds are few")


def test_a_label_without_test_rows_has_no_table():
    """There is nothing to recall."""
    truth = Truth.of(("ham", "spam"), ["ham"] * 50)
    answers = arms(np.random.default_rng(1), np.zeros(50, int), {"a": 0.8, "b": 0.8})
    assert [table.figure for table in Comparison.of(truth, answers, "spam").tables] == ["macro-F1"]


def test_recall_is_computed_from_the_rows_that_carry_the_label():
    """Its table counts them."""
    found = compared({"a": 0.7, "b": 0.9})
    assert [table.rows for table in found.tables] == [600, 120]
    assert found.tables[1].differences[0].arm_mean == pytest.approx(0.9, abs=0.03)


def test_a_second_figure_is_no_second_chance():
    """Recall shows a difference only where macro-F1 does, which decides."""
    found = compared({"plain": 0.7, "alike": 0.7, "weights": 0.9})
    decisive, recall = found.tables
    for first, second in zip(decisive.differences, recall.differences, strict=True):
        assert second.p_holm >= first.p_holm
    by_arm = {one.arm: one.outcome for one in recall.differences}
    assert by_arm == {"alike": "no difference", "weights": "better"}

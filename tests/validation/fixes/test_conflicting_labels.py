import pytest

from datakit.core.errors import UsageError

ROWS = [("great", "pos"), ("fine", "pos"), ("Great", "neg"), ("great", "pos")]


def test_the_most_frequent_label_of_a_text_is_given_to_all_its_rows(mend):
    """The log says how the labels were spread."""
    rows, log = mend("conflicting-labels", ROWS)
    assert [label for _, label in rows] == ["pos"] * 4
    assert [(entry.line, entry.action, entry.before, entry.after) for entry in log] == [(3, "label", "neg", "pos")]
    assert log[0].because == "the text is labelled 'pos' 2 x, 'neg' 1 x"


def test_where_two_labels_are_equally_frequent_all_rows_of_the_text_go(mend):
    """Nobody knows which is right; a third, rarer one changes nothing about that."""
    rows, log = mend("conflicting-labels", [*ROWS, ("great", "neg"), ("great", "odd")])
    assert rows == [("fine", "pos")]
    assert {entry.action for entry in log} == {"drop"}


def test_all_rows_of_such_texts_go_where_that_is_asked_for(mend):
    """By `drop` no label is decided on."""
    rows, log = mend("conflicting-labels", ROWS, by="drop")
    assert rows == [("fine", "pos")]
    assert [entry.line for entry in log] == [1, 3, 4]


def test_several_labels_of_a_row_count_as_one_combination(mend):
    """In any order."""
    rows = [("hi", ["a", "b"]), ("hi", ["b", "a"]), ("hi", ["a"])]
    mended, _ = mend("conflicting-labels", [{"text": text, "labels": labels} for text, labels in rows])
    assert [set(labels) for _, labels in mended] == [{"a", "b"}] * 3


def test_a_row_without_a_label_contradicts_nobody(mend):
    """It is the matter of `missing-label`."""
    rows = [("great", "pos"), ("great", None)]
    assert mend("conflicting-labels", rows) == (rows, ())


def test_another_way_is_a_wrong_call(mend):
    """`by` is one of two."""
    with pytest.raises(UsageError, match=r"fixes\.conflicting-labels"):
        mend("conflicting-labels", ROWS, by="coin")

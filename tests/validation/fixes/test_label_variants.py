def test_labels_are_written_in_their_most_frequent_way(mend):
    """Case, outer spaces and what stands between words make no other label."""
    labels = ["Spam", "spam", "spam ", "spam", "credit card", "credit_card", "credit_card"]
    rows, log = mend("label-variants", [(f"text {i}", label) for i, label in enumerate(labels)])
    assert [label for _, label in rows] == ["spam"] * 4 + ["credit_card"] * 3
    assert [(entry.line, entry.before, entry.after) for entry in log] == [
        (1, "Spam", "spam"),
        (3, "spam ", "spam"),
        (5, "credit card", "credit_card"),
    ]


def test_of_equally_frequent_spellings_the_first_by_name_is_taken(mend):
    """Whichever comes first in the file."""
    rows, _ = mend("label-variants", [("x", "spam"), ("y", "Spam")])
    assert [label for _, label in rows] == ["Spam", "Spam"]


def test_two_spellings_in_one_row_become_one_label(mend):
    """Of several labels none is there twice."""
    rows = [{"text": "x", "labels": ["Joy", "anger", "joy"]}, {"text": "y", "labels": ["joy"]}]
    mended, _ = mend("label-variants", rows)
    assert mended == [("x", ("anger", "joy")), ("y", ("joy",))]


def test_other_labels_stay(mend):
    """`C` and `C++` are two."""
    rows = [("x", "C"), ("y", "C++"), ("z", "a"), ("w", None)]
    assert mend("label-variants", rows) == (rows, ())

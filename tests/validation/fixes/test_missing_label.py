def test_rows_without_a_label_go(mend):
    """Null or blank; the log keeps the text."""
    rows, log = mend("missing-label", [("kept", "a"), ("lost", None), ("gone", "  ")])
    assert rows == [("kept", "a")]
    assert [(entry.before, entry.after, entry.because) for entry in log] == [
        ("lost", None, "there is no label"),
        ("gone", None, "there is no label"),
    ]


def test_a_row_that_has_none_of_several_labels_on_purpose_stays(mend):
    """An empty list is an answer, null is none."""
    rows, _ = mend("missing-label", [{"text": "x", "labels": []}, {"text": "y", "labels": None}])
    assert rows == [("x", ())]

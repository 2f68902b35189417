def test_a_slip_is_written_as_it_was_meant(mend):
    """The log says what was there."""
    labels = ["Offensive"] * 20 + ["Offensve", "Hate"]
    rows, log = mend("misspelt-label", [(f"text {i}", label) for i, label in enumerate(labels)])
    assert [label for _, label in rows] == ["Offensive"] * 21 + ["Hate"]
    assert [(entry.line, entry.before, entry.after) for entry in log] == [(21, "Offensve", "Offensive")]


def test_two_spellings_in_one_row_become_one_label(mend):
    """Of several labels none is there twice."""
    rows = [{"text": f"text {i}", "labels": ["anger"]} for i in range(20)]
    mended, _ = mend("misspelt-label", [*rows, {"text": "x", "labels": ["anger", "angre", "joy"]}])
    assert mended[-1] == ("x", ("anger", "joy"))


def test_a_label_that_is_not_rare_stays(mend):
    """Unless `min_ratio` says so."""
    rows = [(f"text {i}", label) for i, label in enumerate(["angry"] * 19 + ["anbry"])]
    assert mend("misspelt-label", rows) == (rows, ())

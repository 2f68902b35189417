def test_later_copies_go_and_the_first_stays(mend):
    """Copies are equal after folding of case and white space; the log names the line that stays."""
    rows, log = mend("duplicate-text", [("Call now!", "a"), ("see you", "b"), ("call  NOW!", "a")])
    assert rows == [("Call now!", "a"), ("see you", "b")]
    assert [(entry.line, entry.because) for entry in log] == [(3, "same text as line 1")]


def test_only_copies_to_the_character_go_where_that_is_asked_for(mend):
    """`exact` leaves those that differ in case."""
    rows, _ = mend("duplicate-text", [("A", "a"), ("a", "a"), ("A", "a")], exact=True)
    assert rows == [("A", "a"), ("a", "a")]


def test_a_copy_with_another_label_goes_and_the_log_says_so(mend):
    """Nobody should lose a label without a trace."""
    rows, log = mend("duplicate-text", [("A", "x"), ("a", "y")])
    assert rows == [("A", "x")]
    assert log[0].because == "same text as line 1, but labelled 'y', not 'x'"


def test_rows_without_a_label_are_no_copies(mend):
    """The first usable row stays, whatever stands before it."""
    rows, _ = mend("duplicate-text", [("a", None), ("a", "x"), ("a", "x")])
    assert rows == [("a", None), ("a", "x")]


def test_rows_without_lines_are_told_by_their_id(mend):
    """As in a corpus that was built in memory."""
    rows = [{"id": "first", "text": "a", "label": "x", "line": None}, {"id": "b", "text": "a", "label": "x"}]
    _, log = mend("duplicate-text", rows)
    assert log[0].because == "same text as row first"

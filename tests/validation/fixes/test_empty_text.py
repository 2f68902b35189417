def test_rows_without_a_visible_character_go(mend):
    """Whether the text is null, empty or blank; the log keeps what was there."""
    rows, log = mend("empty-text", [("kept", "a"), (None, "a"), ("", "b"), (" \t", "b"), ("\u00a0", "a")])
    assert rows == [("kept", "a")]
    assert [(entry.line, entry.action, entry.before) for entry in log] == [
        (2, "drop", None),
        (3, "drop", ""),
        (4, "drop", " \t"),
        (5, "drop", "\u00a0"),
    ]

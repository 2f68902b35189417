"""Logs that only grow."""

from datakit.pipeline.jobs.lines import append_line, lines_of


def test_a_line_that_a_crash_has_cut_off_spoils_no_other(tmp_path):
    """It is left out, and the next one stands in a line of its own."""
    log = tmp_path / "deep" / "log.jsonl"
    assert lines_of(log, dict) == []
    append_line(log, {"n": 1})
    with log.open("ab") as file:
        file.write(b'{"n": 2, "tex')
    append_line(log, {"n": 3})
    assert lines_of(log, dict) == [{"n": 1}, {"n": 3}]

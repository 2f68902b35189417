from datakit.core.quarantine import Reject
from datakit.testing import corpus
from datakit.validation.clean import chosen, clean

CUT = Reject(line=2, code="unreadable-line", reason="cut off", raw='{"text": "cut')


def test_records_that_could_not_be_read_go_with_their_reason():
    """The log keeps the record as it was found, and the code that validate tells it by."""
    (entry,) = clean(corpus([("kept", "a")]), chosen(["unreadable"]), [CUT]).log
    assert (entry.line, entry.id, entry.action, entry.before) == (2, None, "drop", CUT.raw)
    assert entry.because == "cut off [unreadable-line]"


def test_unasked_they_stay():
    """No other fix touches what it cannot read."""
    assert clean(corpus([("kept", "a")]), chosen(["empty-text"]), [CUT]).log == ()


def test_rows_that_were_read_are_not_its_matter(mend):
    """However broken their text may look."""
    rows = [('{"text": "cut', "a"), ("", "b")]
    assert mend("unreadable", rows) == (rows, ())

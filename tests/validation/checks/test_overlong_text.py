from datakit.core.findings import Severity
from datakit.testing import find

USUAL = [("word " * (8 + i % 7), "x") for i in range(400)]


def test_texts_many_times_as_long_are_found():
    """Rows that ran together."""
    train = [*USUAL[:200], *[("word " * 150, "x")] * 4, *USUAL[200:]]
    (finding,) = find("overlong-text", train=train)
    assert finding.lines == (201, 202, 203, 204)
    assert finding.severity is Severity.WARNING
    assert (finding.evidence["longest"], finding.evidence["unit"]) == (150, "word")


def test_twice_the_usual_length_is_no_fault():
    """Lengths have a long tail."""
    assert find("overlong-text", train=[*USUAL, ("word " * 28, "x")]) == []


def test_one_in_two_hundred_is_a_remark():
    """`warn_share` moves it."""
    (remark,) = find("overlong-text", train=[*USUAL, ("word " * 150, "x")])
    assert remark.severity is Severity.INFO
    (warning,) = find("overlong-text", train=[*USUAL, ("word " * 150, "x")], options={"warn_share": 0.001})
    assert warning.severity is Severity.WARNING


def test_characters_count_where_no_spaces_part_the_words():
    """A Chinese review is one word to `str.split`."""
    train = [("好" * (12 + i % 9), "x") for i in range(200)]
    (finding,) = find("overlong-text", train=[*train, ("好" * 500, "x")])
    assert (finding.evidence["unit"], finding.lines) == ("character", (201,))

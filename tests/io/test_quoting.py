import pytest

from datakit.io.quoting import is_quoted


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], False),
        (["plain\tfields\n"], False),
        (['"a"\tb\n'], True),
        (['a\t"b"\r\n'], True),
        (['"a ""quoted"" word"\tb\n'], True),
        (['"over\n', "\n", 'lines"\tb\n', "plain\tb\n"], True),
        (['say "hi"\tb\n'], False),
        (['"hi" she said\tb\n'], False),
        (['"a"\tb\n', 'an odd " quote\tb\n'], False),
        (['"never closed\tb\n', "c\td\n"], False),
        (['"tab\tinside"\tb\n'], True),
        (['""\tb\n'], True),
    ],
)
def test_quotes_are_marks_only_where_every_one_is_well_formed(lines, expected):
    """One stray quote makes all of them text."""
    assert is_quoted(lines, 1000) is expected


def test_an_open_quote_is_followed_only_so_far():
    """A huge file with one stray quote is judged without reading it whole."""
    endless = iter(['"open\n', *["x\n"] * 1000, '"\tb\n'])
    assert not is_quoted(endless, 100)
    assert next(endless, None) is not None


def test_many_quotes_are_judged_in_linear_time():
    """No pattern of quotes makes the judgement hang."""
    assert not is_quoted(['"' * 100_000 + "x\tb\n"], 1_000_000)

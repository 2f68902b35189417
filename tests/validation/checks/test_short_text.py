import pytest

from datakit.core.findings import Severity
from datakit.core.seeding import rng_for
from datakit.testing import find


def texts(n=2_000, median=12, unit="word "):
    """Return texts of about log-normal lengths, as messages have, in tens."""
    rng = rng_for(13, "lengths", median)
    return [(unit * max(1, round(rng.lognormvariate(0, 0.6) * median)), "x") for _ in range(n)]


def test_short_messages_are_no_fault():
    """Where lengths are spread as usual, one-word messages belong to them."""
    assert find("short-text", train=texts()) == []
    assert find("short-text", train=texts(median=7)) == []


def test_rows_cut_to_two_words_are_found():
    """More of them than of three words is what gives them away, though some two-word messages are honest."""
    train = texts(n=4_000, median=15)
    for i in range(0, len(train), 33):
        train[i] = ("two words", "x")
    (finding,) = find("short-text", train=train)
    assert {i + 1 for i in range(0, len(train), 33)} <= set(finding.lines)
    assert finding.evidence["limit"] == 2
    assert finding.evidence["unit"] == "word"
    assert finding.severity is Severity.WARNING


def test_a_single_word_among_reviews_is_a_remark():
    """It lies far out; more than one in two hundred are a warning."""
    train = texts(n=1_000, median=200)
    (remark,) = find("short-text", train=[("Good", "x"), *train])
    assert (remark.lines, remark.severity) == ((1,), Severity.INFO)
    (warning,) = find("short-text", train=[*[(f"Good {i}", "x") for i in range(9)], *train])
    assert warning.severity is Severity.WARNING


def test_characters_count_where_no_spaces_part_the_words():
    """A Chinese review is one word to `str.split`."""
    assert find("short-text", train=texts(median=40, unit="好")) == []
    (finding,) = find("short-text", train=[("好", "x"), *texts(median=60, unit="好")])
    assert (finding.evidence["unit"], finding.lines) == ("character", (1,))


@pytest.mark.parametrize("check", ["short-text", "overlong-text"])
def test_a_handful_of_texts_has_no_usual_length(check):
    """Nor do texts of one length all."""
    assert find(check, train=[("word", "x"), *texts(n=50, median=200), ("word " * 9_000, "x")]) == []
    assert find(check, train=[(f"one of the texts {i}", "x") for i in range(200)]) == []

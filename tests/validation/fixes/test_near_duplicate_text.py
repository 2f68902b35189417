import pytest

SENTENCE = "the quick brown fox jumps over the lazy dog while seven grey geese fly slowly past our old red barn"
WORDS = SENTENCE.split()


def varied(*places):
    """Return the sentence with other words at some places."""
    return " ".join(f"other{i}" if i in places else word for i, word in enumerate(WORDS))


def test_what_differs_by_a_word_from_an_earlier_text_goes(mend):
    """The log names the line that stays and how near it is; quite another text stays."""
    rows, log = mend("near-duplicate-text", [(varied(), "a"), ("not like it at all", "b"), (varied(3), "a")])
    assert [text for text, _ in rows] == [varied(), "not like it at all"]
    assert [entry.line for entry in log] == [3]
    assert log[0].because.startswith("nearly the same as line 1 (similarity 0.")


def test_copies_are_another_matter(mend):
    """Copies of a text that stays stay; copies of one that goes go."""
    rows, _ = mend("near-duplicate-text", [(varied(), "a"), (varied(), "a"), (varied(3), "a"), (varied(3), "a")])
    assert [text for text, _ in rows] == [varied(), varied()]


def test_every_row_that_goes_has_its_double_among_those_that_stay(mend):
    """In a chain each text is near its neighbours only: every second one stays."""
    chain = [varied(*range(end)) for end in range(0, 10, 2)]
    rows, log = mend("near-duplicate-text", [(text, "a") for text in chain], threshold=0.75)
    staying = {chain.index(text) + 1 for text, _ in rows}
    assert len(staying) > 1
    assert all(int(entry.because.split("line ")[1].split()[0]) in staying for entry in log)


def test_the_threshold_moves_what_counts_as_near(mend):
    """At 1 half an edit is forgiven, not one."""
    rows = [(varied(), "a"), (varied(3), "a")]
    assert mend("near-duplicate-text", rows, threshold=1.0) == (rows, ())
    with pytest.raises(ValueError, match="threshold is 0"):
        mend("near-duplicate-text", rows, threshold=0.0)


def test_another_label_is_told(mend):
    """A near-double with another label may be no double at all."""
    _, log = mend("near-duplicate-text", [(varied(), "x"), (varied(3), "y")])
    assert log[0].because.endswith("but labelled 'y', not 'x'")

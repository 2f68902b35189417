import pytest

from datakit.core.findings import Severity
from datakit.testing import find

HONEST = [(f"text {i}", "x") for i in range(5)]


def test_placeholders_are_found():
    """As whole texts, in any case and spacing; told with their counts."""
    train = [("N/A", "x"), *HONEST, (" null ", "x"), ("Lorem ipsum  dolor sit amet", "x"), ("NULL", "x")]
    (finding,) = find("placeholder-text", train=train)
    assert finding.lines == (1, 7, 8, 9)
    assert finding.evidence["texts"] == {"null": 2, "lorem ipsum dolor sit amet": 1, "n/a": 1}
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("text", ["ok", "no", "yes", "?", "todo is done", "not null", "the test", "none of them"])
def test_short_answers_are_texts(text):
    """So is a sentence with such a word in it."""
    assert find("placeholder-text", train=[(text, "x")] * 9) == []


def test_a_word_that_somebody_may_have_written_needs_company():
    """It counts where it recurs, or where a certain placeholder is there too."""
    assert find("placeholder-text", train=[("test", "x"), ("none", "x"), *HONEST]) == []
    (recurring,) = find("placeholder-text", train=[*[("Test", "x")] * 3, *HONEST])
    assert recurring.lines == (1, 2, 3)
    (beside,) = find("placeholder-text", train=[("test", "x"), ("n/a", "x"), *HONEST])
    assert beside.lines == (1, 2)
    assert find("placeholder-text", train=[("test", "x")] * 3, options={"min_recurring": 4}) == []

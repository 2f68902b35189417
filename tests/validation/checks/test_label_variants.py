import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.findings import Severity
from datakit.testing import find


def rows(*labels: str) -> list[tuple[str, str]]:
    """Return a row for each label, each with a text of its own."""
    return [(f"text {i}", label) for i, label in enumerate(labels)]


def test_spellings_of_one_label_are_an_error():
    """The most frequent one is taken for right; the rows with the others are told."""
    train = rows("Spam", "ham", "spam", "Spam", "spam ", "ham", "spam\u00a0")
    (finding,) = find("label-variants", train=train)
    assert (
        finding.message == "3 rows have a label in another spelling: 'Spam' also as 'spam', 'spam ', 'spam\\xa0'"
    )
    assert finding.evidence == {
        "rows": 3,
        "variants": {"Spam": {"Spam": 2, "spam": 1, "spam ": 1, "spam\u00a0": 1}},
    }
    assert (finding.severity, finding.split, finding.lines) == (Severity.ERROR, "train", (3, 5, 7))


@pytest.mark.parametrize(
    "other",
    ["credit_card", "Credit-Card", "credit  card", "ＣＲＥＤＩＴ card", "credit\u200b card", " credit card"],  # noqa: RUF001  (full-width letters are the point)
)
def test_case_separators_and_invisible_characters_make_no_other_label(other):
    """Nor do compatibility forms."""
    assert find("label-variants", train=rows("credit card", "credit card", other))


@pytest.mark.parametrize(
    "labels",
    [("-1", "1"), ("C", "C++", "C#"), ("1-2", "12"), ("new", "news"), ("1.1", "1.10"), ("a", "b"), ("_", "-")],
)
def test_other_labels_stay_apart(labels):
    """A sign in front is no separator, and plurals may be meant."""
    assert find("label-variants", train=rows(*labels)) == []


def test_a_column_of_floats_makes_no_other_label():
    """`1` becomes `1.0` where a reader saw a gap in the column."""
    (finding,) = find("label-variants", train=rows("1", "1", "0"), test=rows("1.0", "0.0", "1"))
    assert (finding.split, finding.lines) == ("test", (1, 2))


def test_the_spelling_of_all_splits_together_counts():
    """What is usual in train is a variant in test, even if nothing else stands there."""
    (finding,) = find("label-variants", train=rows("ham", "ham"), test=rows("Ham"))
    assert finding.evidence["variants"] == {"ham": {"ham": 0, "Ham": 1}}


def test_of_several_labels_each_is_looked_at():
    """A row may carry the right and the wrong spelling."""
    train = [
        {"text": "a", "labels": ["joy", "Love"]},
        {"text": "b", "labels": ["love"]},
        {"text": "c", "labels": ["love"]},
    ]
    (finding,) = find("label-variants", train=train)
    assert finding.lines == (1,)


@given(st.text(min_size=1).filter(str.strip))
def test_a_label_alone_has_no_variants(label):
    """Whatever it is made of."""
    assert find("label-variants", train=rows(label, label)) == []

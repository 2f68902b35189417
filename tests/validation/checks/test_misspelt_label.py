import pytest

from datakit.core.findings import Severity
from datakit.testing import find


def rows(**counts: int) -> list[tuple[str, str]]:
    """Return so many rows a label, each with a text of its own."""
    labels = [label.replace("_", " ") for label, n in counts.items() for _ in range(n)]
    return [(f"text {i}", label) for i, label in enumerate(labels)]


def test_a_slip_beside_a_frequent_label_is_told():
    """With both counts, and where the rows are."""
    (finding,) = find("misspelt-label", train=rows(Offensive=60, Offensve=2, Hate=9))
    assert finding.message == "2 rows have a label that looks misspelt: 'Offensive' also as 'Offensve'"
    assert finding.evidence == {"rows": 2, "variants": {"Offensive": {"Offensive": 60, "Offensve": 2}}}
    assert (finding.severity, finding.lines) == (Severity.WARNING, (61, 62))


@pytest.mark.parametrize("slip", ["negatve", "negattive", "negetive", "negaitve", "NEGATVE"])
def test_a_slip_is_one_letter_or_two_neighbours(slip):
    """Left out, put in, replaced, swapped; in another case, too."""
    assert find("misspelt-label", train=rows(negative=20, **{slip: 1}))


@pytest.mark.parametrize(
    ("frequent", "rare"),
    [
        ("class_1", "class_2"),
        ("level12", "level1"),
        ("type_A", "type_B"),
        ("cat", "car"),
        ("lost_pin", "lost_bin"),
        ("typical", "atypical"),
        ("atypical", "typical"),
        ("positive", "posts"),
        ("Spam", "spam"),
        ("question", "questns"),
    ],
)
def test_other_labels_stay_apart(frequent, rare):
    """Digits, short words and a letter in front make another label; two slips in a short word are too many."""
    assert find("misspelt-label", train=rows(**{frequent: 40, rare: 1})) == []


def test_beside_words_that_are_the_same_a_shorter_one_will_do():
    """Four letters; and a blank may be missing."""
    assert find("misspelt-label", train=rows(lost_card=20, lost_crad=1))
    assert find("misspelt-label", train=rows(lost_card=20, lostcard=1))


def test_two_slips_are_seen_in_a_long_word():
    """Of ten letters or more."""
    assert find("misspelt-label", train=rows(instructional=20, instrctionnal=1))


def test_a_label_that_is_not_rare_is_no_slip():
    """It has rows of its own; `min_ratio` says how many are too many."""
    train = rows(affect=19, effect=1)
    assert find("misspelt-label", train=train) == []
    assert find("misspelt-label", train=train, options={"min_ratio": 19})


def test_the_spelling_of_all_splits_together_counts():
    """A slip in test alone is seen there; two slips of one label are told together."""
    train, test = rows(negative=40, negatve=1), rows(negitive=1)
    told = {
        finding.split: finding.evidence["variants"] for finding in find("misspelt-label", train=train, test=test)
    }
    assert told == {
        "train": {"negative": {"negative": 40, "negatve": 1}},
        "test": {"negative": {"negative": 0, "negitive": 1}},
    }

from datakit.core.findings import Severity
from datakit.testing import find


def rows(**counts: int) -> list[tuple[str, str]]:
    """Return so many different texts a label."""
    return [(f"{label} {i}", label) for label, n in counts.items() for i in range(n)]


def test_the_ratio_of_the_largest_class_to_the_smallest_is_found():
    """With the share of always giving the same answer, and the number of equal classes as hard to guess."""
    (finding,) = find("class-imbalance", train=rows(spam=2, ham=9, news=4))
    assert finding.message == "'ham' outnumbers 'spam' 4.5 to 1 (9 : 2 rows)"
    assert finding.evidence == {
        "ratio": 4.5,
        "mean_ratio": 2.58,  # of 9 : 9, 9 : 4 and 9 : 2
        "majority_share": 0.6,
        "minority_share": 0.1333,
        "classes": 3,
        "effective_classes": 2.53,
        "largest": "ham",
        "smallest": "spam",
    }
    assert (finding.severity, finding.split, finding.rows) == (Severity.WARNING, "train", ())


def test_the_threshold_itself_is_tolerated():
    """Three to one passes, a row more does not; `max_ratio` moves it."""
    assert find("class-imbalance", train=rows(ham=9, spam=3)) == []
    assert len(find("class-imbalance", train=rows(ham=10, spam=3))) == 1
    assert find("class-imbalance", train=rows(ham=10, spam=3), options={"max_ratio": 4}) == []


def test_only_the_rows_to_learn_from_count():
    """A skewed test split is as the world is."""
    assert find("class-imbalance", train=rows(ham=3, spam=3), test=rows(ham=9, spam=1)) == []


def test_one_class_is_no_imbalance():
    """Nor is none."""
    assert find("class-imbalance", train=rows(ham=50)) == []
    assert find("class-imbalance") == []


def test_where_rows_have_several_labels_those_that_carry_each_are_counted():
    """Shares are of the rows, and may add up to more than one."""
    train = [{"text": f"text {i}", "labels": ["joy", "love"] if i == 0 else ["joy"]} for i in range(8)]
    (finding,) = find("class-imbalance", train=train)
    assert finding.message == "'joy' outnumbers 'love' 8.0 to 1 (8 : 1 rows)"
    assert (finding.evidence["majority_share"], finding.evidence["minority_share"]) == (1.0, 0.125)


def test_equal_classes_count_in_full():
    """The effective number of classes is at most their number."""
    (finding,) = find("class-imbalance", train=rows(a=10, b=10, c=10), options={"max_ratio": 0.5})
    assert finding.evidence["effective_classes"] == 3.0

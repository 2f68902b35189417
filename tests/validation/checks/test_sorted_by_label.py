from datakit.core.findings import Severity
from datakit.core.seeding import rng_for
from datakit.testing import find


def rows(labels: str) -> list[tuple[str, str]]:
    """Return a row for each letter."""
    return [(f"text {i}", label) for i, label in enumerate(labels)]


def shuffled(labels: str, seed: int = 1) -> str:
    """Return the letters in a random order."""
    return "".join(rng_for(seed, "shuffled").sample(labels, len(labels)))


def test_rows_in_the_order_of_their_labels_are_found():
    """Whoever takes the last tenth gets one label."""
    (finding,) = find("sorted-by-label", train=rows("a" * 60 + "b" * 40))
    assert finding.message == (
        "train stands in order of its labels: 2 runs of rows with equal labels, 49 in a random order"
    )
    assert finding.evidence == {"runs": 2, "expected": 49, "sortedness": 0.9792}
    assert (finding.severity, finding.split) == (Severity.WARNING, "train")


def test_blocks_are_as_bad_as_one_order():
    """Files of several annotators, one after the other, each sorted."""
    assert find("sorted-by-label", train=rows(("a" * 10 + "b" * 10) * 10))


def test_a_random_order_is_none():
    """Nor is one that alternates."""
    for seed in range(20):
        assert find("sorted-by-label", train=rows(shuffled("a" * 90 + "b" * 10 + "c" * 30, seed))) == []
    assert find("sorted-by-label", train=rows("ab" * 100)) == []


def test_a_few_rows_or_one_label_have_no_order():
    """Two rows of each of two labels stand sorted every third time."""
    assert find("sorted-by-label", train=rows("aabb")) == []
    assert find("sorted-by-label", train=rows("a" * 100)) == []
    assert find("sorted-by-label", train=rows("a")) == []


def test_some_clustering_is_tolerated():
    """`max_sortedness` moves the limit."""
    train = rows("a" * 20 + shuffled("a" * 40 + "b" * 60))
    assert find("sorted-by-label", train=train) == []
    assert find("sorted-by-label", train=train + rows("b" * 60), options={"max_sortedness": 0.1})


def test_held_out_rows_may_be_sorted():
    """All of them are read."""
    (finding,) = find("sorted-by-label", train=rows("ab" * 20), test=rows("a" * 50 + "b" * 50))
    assert (finding.severity, finding.split) == (Severity.INFO, "test")

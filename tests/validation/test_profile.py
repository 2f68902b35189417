from datakit.testing import corpus
from datakit.validation import digest
from datakit.validation.profile import profile

ROWS = [
    ("one", "ham"),
    ("one two", "ham"),
    ("ONE  two", "spam"),
    ("one two three", "ham"),
    ("one two three", "ham"),
    ("one two three four", "news"),
]


def test_every_figure_of_a_small_corpus():
    """Shares are of the usable rows; the quarantined ones count in their own share alone."""
    assert profile(digest(corpus(ROWS)), quarantined=2) == {
        "rows": 6,
        "quarantined": 2,
        "quarantined_share": 0.25,
        "classes": 3,
        "distinct_share_of_labels": 0.5,
        "label_counts": {"ham": 4, "news": 1, "spam": 1},
        "majority_share": 0.6667,
        "minority_share": 0.1667,
        "min_class_rows": 1,
        "imbalance_ratio": 4.0,
        "duplicate_share": 0.3333,  # the later row of each pair
        "conflicting_share": 0.3333,  # both rows of the second text
        "words": {"min": 1, "p25": 2.0, "median": 2.5, "p75": 3.0, "p95": 3.75, "max": 4},
    }


def test_an_empty_corpus_has_figures_too():
    """Zero everywhere, so that a gate can judge them."""
    figures = profile(digest(corpus([])))
    assert figures.pop("label_counts") == figures.pop("words") == {}
    assert set(figures.values()) == {0}


def test_all_rows_may_be_in_quarantine():
    """Then their share is one."""
    assert profile(digest(corpus([])), quarantined=3)["quarantined_share"] == 1.0


def test_one_class_is_in_balance():
    """And one row has no spread."""
    figures = profile(digest(corpus([("a b", "x")])))
    assert (figures["imbalance_ratio"], figures["majority_share"], figures["words"]) == (1.0, 1.0, {})
    two = profile(digest(corpus([("a b", "x"), ("a b c d", "x")])))
    assert (two["words"]["min"], two["words"]["median"], two["words"]["max"]) == (2, 3.0, 4)


def test_few_rows_of_many_are_never_told_as_none():
    """A limit of 0 must see two copies among 50,000 rows."""
    rows = [(f"text {i}", "a") for i in range(50_000)] + [("text 0", "a"), ("text 1", "b")]
    figures = profile(digest(corpus(rows)))
    assert figures["duplicate_share"] == figures["conflicting_share"] == 4e-05
    assert figures["minority_share"] == 2e-05

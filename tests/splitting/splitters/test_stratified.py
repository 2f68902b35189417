from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for
from datakit.splitting import splitters
from datakit.splitting.splitters.stratified import Stratified

THREE_WAYS = {"train": 0.8, "validation": 0.1, "test": 0.1}

# Copies of different texts by label, e.g. {"a": [3, 1, 1]}: one text three times and two texts once.
GROUPS = st.dictionaries(st.sampled_from("abcd"), st.lists(st.integers(1, 9), min_size=1, max_size=40), min_size=1)

FRACTIONS = st.tuples(st.integers(1, 30), st.integers(1, 30)).map(
    lambda parts: {"train": 1 - (sum(parts)) / 100, "validation": parts[0] / 100, "test": parts[1] / 100}
)


def corpus_of(groups) -> Corpus:
    """Return rows of the given texts; copies differ in case and spaces."""
    rows = [
        (f"{'Text' if copy % 2 else 'text '} {label} {n}", label)
        for label, sizes in groups.items()
        for n, size in enumerate(sizes)
        for copy in range(size)
    ]
    return Corpus.from_columns([text for text, _ in rows], [label for _, label in rows])


def names(corpus, assigned):
    """Return the split of each id."""
    return {corpus.ids[i]: name for name, rows in assigned.items() for i in rows}


@given(GROUPS, FRACTIONS, st.integers(0, 5))
@settings(deadline=None)
def test_every_row_stands_in_one_split(groups, fractions, seed):
    """None is lost, none stands twice."""
    corpus = corpus_of(groups)
    assigned = Stratified().assign(corpus, fractions, seed)
    assert list(assigned) == list(fractions)
    assert sorted(i for rows in assigned.values() for i in rows) == list(range(len(corpus)))


@given(GROUPS, FRACTIONS)
@settings(deadline=None)
def test_copies_stay_together(groups, fractions):
    """Whatever their case and white space."""
    corpus = corpus_of(groups)
    homes = defaultdict(set)
    for name, rows in Stratified().assign(corpus, fractions, 13).items():
        for i in rows:
            homes[corpus.normalised[i]].add(name)
    assert all(len(home) == 1 for home in homes.values())


@given(GROUPS, FRACTIONS)
@settings(deadline=None)
def test_a_label_with_as_many_texts_as_splits_stands_in_each(groups, fractions):
    """Even if one of the texts has many copies."""
    corpus = corpus_of(groups)
    for rows in Stratified().assign(corpus, fractions, 13).values():
        present = {corpus.labels[i] for i in rows}
        assert present >= {label for label, sizes in groups.items() if len(sizes) >= len(fractions)}


@given(GROUPS, FRACTIONS)
@settings(deadline=None)
def test_no_split_gets_much_more_than_its_share_of_a_label(groups, fractions):
    """At most one text's copies above its share, or above the one row that every split gets."""
    corpus = corpus_of(groups)
    assigned = Stratified().assign(corpus, fractions, 13)
    for label, sizes in groups.items():
        for name, rows in assigned.items():
            got = sum(corpus.labels[i] == label for i in rows)
            assert got <= max(sum(sizes) * fractions[name], 1) + max(sizes)


@given(st.integers(30, 300), FRACTIONS)
@settings(deadline=None)
def test_different_texts_are_shared_out_to_the_row(n, fractions):
    """Each split is within one row of its share, where its share is a row or more."""
    assigned = Stratified().assign(corpus_of({"a": [1] * n}), fractions, 13)
    for name, rows in assigned.items():
        slack = 1 if min(fractions.values()) * n >= 1 else 2
        assert abs(len(rows) - max(1, n * fractions[name])) <= slack


@given(GROUPS, st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_rows_does_not_matter(groups, seed):
    """A sorted file is split as a shuffled one."""
    corpus = corpus_of(groups)
    order = list(range(len(corpus)))
    rng_for(seed).shuffle(order)
    shuffled = corpus.take(order)
    assert names(shuffled, Stratified().assign(shuffled, THREE_WAYS, seed)) == names(
        corpus, Stratified().assign(corpus, THREE_WAYS, seed)
    )


@pytest.mark.parametrize(
    ("labels", "rows_each", "expected"),
    [(100, 14, (1120, 140, 140)), (100, 13, (1040, 130, 130)), (10, 45, (360, 45, 45)), (77, 3, (77, 77, 77))],
)
def test_roundings_do_not_add_up_over_many_labels(labels, rows_each, expected):
    """Every split has its share of all rows too, unless each label has only one row for it."""
    texts = [(f"text {label} {n}", f"label {label}") for label in range(labels) for n in range(rows_each)]
    corpus = Corpus.from_columns(*zip(*texts, strict=True))
    assert tuple(len(rows) for rows in Stratified().assign(corpus, THREE_WAYS, 13).values()) == expected


def test_labels_with_too_few_texts_stand_in_train():
    """A label that no row of train carries could not be learnt."""
    corpus = Corpus.from_columns([f"text {n}" for n in range(200)], [f"label {n // 2}" for n in range(200)])
    assert len(Stratified().assign(corpus, THREE_WAYS, 13)["train"]) == 200


def test_the_seed_decides_which_rows_go_where():
    """The counts stay."""
    corpus = corpus_of({"a": [1] * 50, "b": [1] * 50})
    one, other = (names(corpus, Stratified().assign(corpus, THREE_WAYS, seed)) for seed in (1, 2))
    assert one != other
    assert Counter(one.values()) == Counter(other.values()) == {"train": 80, "validation": 10, "test": 10}


def test_the_example_of_the_manual():
    """1,000 rows, 30 of them `refund`: 24, 3 and 3."""
    corpus = corpus_of({"refund": [1] * 30, "other": [1] * 970})
    assigned = Stratified().assign(corpus, THREE_WAYS, 13)
    assert {n: sum(corpus.labels[i] == "refund" for i in rows) for n, rows in assigned.items()} == {
        "train": 24,
        "validation": 3,
        "test": 3,
    }
    assert {name: len(rows) for name, rows in assigned.items()} == {"train": 800, "validation": 100, "test": 100}


def test_a_text_with_two_labels_goes_with_the_commoner_one():
    """And is not divided."""
    corpus = Corpus.from_columns(["twice", "TWICE", "twice", "x", "y", "z"], ["a", "b", "b", "a", "a", "a"])
    assigned = Stratified().assign(corpus, THREE_WAYS, 13)
    assert sum(set(rows) >= {0, 1, 2} for rows in assigned.values()) == 1
    assert all(any(i in rows for i in (3, 4, 5)) for rows in assigned.values())


def test_no_rows_make_empty_splits():
    """And too few rows go to the largest split first."""
    assert Stratified().assign(corpus_of({}), THREE_WAYS, 13) == {"train": [], "validation": [], "test": []}
    assert Stratified().assign(corpus_of({"a": [1]}), THREE_WAYS, 13)["train"] == [0]


def test_it_has_no_options():
    """What there is to choose stands in the recipe's split section."""
    with pytest.raises(UsageError, match="no option 'folds'"):
        splitters.build("stratified", {"folds": 5})

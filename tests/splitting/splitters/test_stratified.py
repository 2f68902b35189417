from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.core.seeding import rng_for
from datakit.splitting import groups, splitters
from datakit.splitting.splitters.stratified import Stratified

THREE_WAYS = {"train": 0.8, "validation": 0.1, "test": 0.1}

# Copies of different texts by label, e.g. {"a": [3, 1, 1]}: one text three times and two texts once.
GROUPS = st.dictionaries(st.sampled_from("abcd"), st.lists(st.integers(1, 9), min_size=1, max_size=40), min_size=1)

# The same for rows that carry several labels or none.
LABEL_SETS = st.dictionaries(
    st.sampled_from(["", "a", "b", "c", "ab", "bc", "abc"]),
    st.lists(st.integers(1, 3), min_size=1, max_size=20),
    min_size=1,
)

FRACTIONS = st.tuples(st.integers(1, 30), st.integers(1, 30)).map(
    lambda parts: {"train": 1 - (sum(parts)) / 100, "validation": parts[0] / 100, "test": parts[1] / 100}
)


def texts_of(groups):
    """Return texts and labels of the given groups; copies differ in case and spaces."""
    return [
        (f"{'Text' if copy % 2 else 'text '} {label} {n}", label)
        for label, sizes in groups.items()
        for n, size in enumerate(sizes)
        for copy in range(size)
    ]


def corpus_of(groups) -> Corpus:
    """Return rows with one label each."""
    rows = texts_of(groups)
    return Corpus.from_columns([text for text, _ in rows], [label for _, label in rows])


def multi_label(groups) -> Corpus:
    """Return rows with a label for each letter."""
    rows = texts_of(groups)
    return Corpus.from_columns([text for text, _ in rows], None, labels=[list(label) for _, label in rows])


def assign(corpus, fractions=THREE_WAYS, seed=13, before=None):
    """Return the rows of each split; copies are the groups."""
    home = Stratified().assign(corpus, groups(corpus, near=False), fractions, seed, before)
    return {name: np.flatnonzero(home == place).tolist() for place, name in enumerate(fractions)}


def names(corpus, assigned):
    """Return the split of each id."""
    return {corpus.ids[i]: name for name, rows in assigned.items() for i in rows}


@given(GROUPS.map(corpus_of) | LABEL_SETS.map(multi_label), FRACTIONS, st.integers(0, 5))
@settings(deadline=None)
def test_every_row_stands_in_one_split(corpus, fractions, seed):
    """None is lost, none stands twice."""
    assigned = assign(corpus, fractions, seed)
    assert sorted(i for rows in assigned.values() for i in rows) == list(range(len(corpus)))


@given(GROUPS.map(corpus_of) | LABEL_SETS.map(multi_label), FRACTIONS)
@settings(deadline=None)
def test_copies_stay_together(corpus, fractions):
    """Whatever their case and white space."""
    homes = defaultdict(set)
    for name, rows in assign(corpus, fractions).items():
        for i in rows:
            homes[corpus.normalised[i]].add(name)
    assert all(len(home) == 1 for home in homes.values())


@given(GROUPS, FRACTIONS)
@settings(deadline=None)
def test_a_label_with_as_many_texts_as_splits_stands_in_each(groups, fractions):
    """Even if one of the texts has many copies."""
    corpus = corpus_of(groups)
    for rows in assign(corpus, fractions).values():
        present = {corpus.labels[i] for i in rows}
        assert present >= {label for label, sizes in groups.items() if len(sizes) >= len(fractions)}


@given(GROUPS, FRACTIONS)
@settings(deadline=None)
def test_no_split_gets_much_more_than_its_share_of_a_label(groups, fractions):
    """At most one text's copies above its share, or above the one row that every split gets."""
    corpus = corpus_of(groups)
    assigned = assign(corpus, fractions)
    for label, sizes in groups.items():
        for name, rows in assigned.items():
            got = sum(corpus.labels[i] == label for i in rows)
            assert got <= max(sum(sizes) * fractions[name], 1) + max(sizes)


@given(st.integers(30, 300), FRACTIONS)
@settings(deadline=None)
def test_different_texts_are_shared_out_to_the_row(n, fractions):
    """Each split is within one row of its share, where its share is a row or more."""
    for name, rows in assign(corpus_of({"a": [1] * n}), fractions).items():
        slack = 1 if min(fractions.values()) * n >= 1 else 2
        assert abs(len(rows) - max(1, n * fractions[name])) <= slack


@given(GROUPS.map(corpus_of) | LABEL_SETS.map(multi_label), st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_rows_does_not_matter(corpus, seed):
    """A sorted file is split as a shuffled one."""
    order = list(range(len(corpus)))
    rng_for(seed).shuffle(order)
    shuffled = corpus.take(order)
    assert names(shuffled, assign(shuffled, seed=seed)) == names(corpus, assign(corpus, seed=seed))


@pytest.mark.parametrize(
    ("labels", "rows_each", "expected"),
    [(100, 14, (1120, 140, 140)), (100, 13, (1040, 130, 130)), (10, 45, (360, 45, 45)), (77, 3, (77, 77, 77))],
)
def test_roundings_do_not_add_up_over_many_labels(labels, rows_each, expected):
    """Every split has its share of all rows too, unless each label has only one row for it."""
    corpus = corpus_of({f"label {label}": [1] * rows_each for label in range(labels)})
    assert tuple(len(rows) for rows in assign(corpus).values()) == expected


def test_labels_with_too_few_texts_stand_in_train():
    """A label that no row of train carries could not be learnt."""
    corpus = corpus_of({f"label {label}": [1, 1] for label in range(100)})
    assert len(assign(corpus)["train"]) == 200


def test_the_seed_decides_which_rows_go_where():
    """The counts stay."""
    corpus = corpus_of({"a": [1] * 50, "b": [1] * 50})
    one, other = (names(corpus, assign(corpus, seed=seed)) for seed in (1, 2))
    assert one != other
    assert Counter(one.values()) == Counter(other.values()) == {"train": 80, "validation": 10, "test": 10}


def test_the_example_of_the_manual():
    """1,000 rows, 30 of them `refund`: 24, 3 and 3."""
    corpus = corpus_of({"refund": [1] * 30, "other": [1] * 970})
    assigned = assign(corpus)
    refunds = {name: sum(corpus.labels[i] == "refund" for i in rows) for name, rows in assigned.items()}
    assert refunds == {"train": 24, "validation": 3, "test": 3}
    assert {name: len(rows) for name, rows in assigned.items()} == {"train": 800, "validation": 100, "test": 100}


def test_a_text_with_two_labels_counts_for_both():
    """It is not divided; the other rows of both labels make up for where it stands."""
    twice = [("both", label) for label in "ab"]
    rows = [*twice, *((f"{label} {n}", label) for label in "ab" for n in range(49))]
    corpus = Corpus.from_columns(*zip(*rows, strict=True))
    for name, indices in assign(corpus).items():
        assert Counter(corpus.labels[i] for i in indices) == dict.fromkeys("ab", 50 * THREE_WAYS[name])
    assert any(set(indices) >= {0, 1} for indices in assign(corpus).values())


def test_every_label_of_a_multi_label_row_has_its_share():
    """As in iterative stratification: to the row where single rows can level it out."""
    corpus = multi_label({"a": [1] * 70, "ab": [1] * 20, "b": [1] * 10, "abc": [1] * 10, "": [1] * 50})
    for name, indices in assign(corpus).items():
        counts = Counter(label for i in indices for label in corpus.label_sets[i] or ["none"])
        assert counts == {
            label: pytest.approx(rows * THREE_WAYS[name], abs=1)
            for label, rows in {"a": 100, "b": 40, "c": 10, "none": 50}.items()
        }


def test_rows_stay_where_they_stood():
    """New rows are dealt so that old and new together have the fractions."""
    corpus = corpus_of({"a": [1] * 100, "b": [2] * 50})
    before = np.full(len(corpus), -1)
    before[:60] = 0
    before[60:64] = 2
    assigned = assign(corpus, before=before)
    assert set(range(60)) <= set(assigned["train"])
    assert set(range(60, 64)) <= set(assigned["test"])
    assert {name: len(rows) for name, rows in assigned.items()} == {"train": 160, "validation": 20, "test": 20}


def test_rows_that_all_have_a_split_keep_it():
    """Nothing is left to deal out."""
    corpus = corpus_of({"a": [1] * 5})
    assert assign(corpus, before=np.array([2, 1, 0, 0, 1])) == {"train": [2, 3], "validation": [1, 4], "test": [0]}


def test_one_large_group_is_not_divided():
    """Though no split is as large as that."""
    assert sorted(map(len, assign(corpus_of({"a": [50]})).values())) == [0, 0, 50]
    assert {name: len(rows) for name, rows in assign(corpus_of({"a": [50, 1, 1]})).items()} == {
        "train": 50,
        "validation": 1,
        "test": 1,
    }


def test_no_rows_make_empty_splits():
    """And too few rows go to the largest split first."""
    assert assign(corpus_of({})) == {"train": [], "validation": [], "test": []}
    assert assign(corpus_of({"a": [1]}))["train"] == [0]


def test_rows_without_a_label_are_a_stratum():
    """A missing label is no reason to fail: it is found by a check."""
    corpus = Corpus.from_columns([f"text {n}" for n in range(20)], [None if n % 2 else "a" for n in range(20)])
    assigned = assign(corpus)
    assert [sum(n % 2 for n in rows) for rows in assigned.values()] == [8, 1, 1]


def test_it_has_no_options():
    """What there is to choose stands in the recipe's split section."""
    with pytest.raises(UsageError, match="no option 'folds'"):
        splitters.build("stratified", {"folds": 5})


def test_real_labels_are_shared_out_to_the_row(shared_data):
    """GoEmotions, 28 labels, several a row: no split is two rows off in a label."""
    import gzip
    import json

    with gzip.open(shared_data / "goemotions.train.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    corpus = Corpus.from_columns([row["text"] for row in rows], None, labels=[row["labels"] for row in rows])
    for name, indices in assign(corpus).items():
        counts = corpus.take(indices).label_counts
        off = [abs(counts[label] - rows * THREE_WAYS[name]) for label, rows in corpus.label_counts.items()]
        assert max(off) < 2

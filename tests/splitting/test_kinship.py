import numpy as np
import pytest

from datakit.core.seeding import rng_for
from datakit.splitting import groups
from datakit.splitting.kinship import Kinship
from datakit.testing import corpus

LONG = "the parcel that I ordered three weeks ago has still not arrived at my door"
EDITED = "the parcel that I ordered three weeks ago has still not arrived at my house"


def together(rows, near=True):
    """Return the groups of more than one row, as sets of row numbers."""
    numbers = groups(corpus(rows), near=near)
    found = [set(np.flatnonzero(numbers == number)) for number in np.unique(numbers)]
    return sorted((rows for rows in found if len(rows) > 1), key=min)


def made(text, parent, id_):
    """Return an augmented row."""
    return {"id": id_, "text": text, "label": "a", "parent": parent}


def test_copies_are_a_group():
    """After folding of case and white space, whatever their label."""
    assert together([("See you", "a"), ("other", "a"), ("see  YOU", "b")]) == [{0, 2}]


def test_near_duplicates_are_a_group():
    """Unless they are not looked for."""
    rows = [(LONG, "a"), ("something else", "a"), (EDITED, "a")]
    assert together(rows) == [{0, 2}]
    assert together(rows, near=False) == []


def test_links_join():
    """A copy of one near-duplicate is in the group of the other."""
    assert together([(LONG.upper(), "a"), (EDITED, "a"), (LONG, "a")]) == [{0, 1, 2}]


def test_an_augmented_row_belongs_to_its_parent():
    """Through several generations, and to its siblings where the parent is gone."""
    rows = [
        {"id": "p", "text": "one", "label": "a"},
        made("two", "p", "c"),
        made("three", "c", "g"),
        made("four", "gone", "x"),
        made("five", "gone", "y"),
        ("six", "a"),
    ]
    assert together(rows) == [{0, 1, 2}, {3, 4}]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_does_not_matter(seed):
    """Who belongs together stays together."""
    rows = corpus([(LONG, "a"), (EDITED, "a"), (LONG.upper(), "a"), *((f"text {n % 7}", "a") for n in range(20))])
    order = list(range(len(rows)))
    rng_for(seed).shuffle(order)
    shuffled = groups(rows.take(order))
    as_given = groups(rows)[order]
    assert len(set(zip(shuffled, as_given, strict=True))) == len(set(shuffled)) == len(set(as_given))


def test_beside_is_who_is_linked_directly():
    """A neighbour's neighbour may stay."""
    kin = Kinship(text=np.array([0, 1, 2, 3, 0]), near=np.array([[0, 1], [1, 2]]), family=np.array([[3], [0]]))
    assert kin.beside(np.array([True, False, False, False, False])).tolist() == [True, True, False, True, True]


def test_links_run_over_the_rows_that_are_asked_about():
    """Two that only a third row links are two groups without it."""
    kin = Kinship(text=np.arange(3), near=np.array([[0, 1], [1, 2]]), family=np.empty((2, 0), int))
    assert len(set(kin.groups(np.array([True, True, True])))) == 1
    assert len(set(kin.groups(np.array([True, False, True])))) == 3


def test_no_rows_have_no_groups():
    """An empty split is no reason to fail."""
    assert len(groups(corpus([]))) == 0

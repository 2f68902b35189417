import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.corpus import Corpus
from datakit.core.identity import ContentIds, Seen
from datakit.core.seeding import rng_for

TEXTS = ["see you", "win a prize", "see you", None, ""]
LABELS = ["ham", "spam", "ham", "ham", None]


def content_ids(texts, labels, ids=None):
    """Return the ids of rows with one label each, or with lists of labels."""
    several = bool(labels) and isinstance(labels[0], list)
    given = {"label": None, "labels": labels} if several else {"label": labels}
    return Corpus.from_columns(texts, **given, id=ids).ids


def test_ids_survive_another_order_of_the_rows():
    """A row is known by its content; repeats are counted."""
    rows = list(zip(TEXTS, LABELS, strict=True))
    ids = dict(zip(content_ids(TEXTS, LABELS), rows, strict=True))
    rng_for(1).shuffle(rows)
    assert dict(zip(content_ids(*zip(*rows, strict=True)), rows, strict=True)) == ids
    assert sorted(len(id_) for id_ in ids) == [16, 16, 16, 16, 18]


def test_the_same_content_has_the_same_id_for_ever():
    """Runs of old refer to it: the derivation is part of the format."""
    assert content_ids(["see you"], ["ham"]) == ["cb190b9f5699efe7"]


@pytest.mark.parametrize(
    "others", [(["a", "bc"], ["ab", "c"]), ([None, "x"], ["", "x"]), (["x", None], ["x", ""])]
)
def test_content_that_only_looks_alike_has_ids_of_its_own(others):
    """The limit between text and label, and null and the empty string, make a difference."""
    one, other = others
    assert content_ids([one[0]], [one[1]]) != content_ids([other[0]], [other[1]])


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from(["x", "y", None]))))
def test_ids_are_unique(rows):
    """However often content repeats."""
    ids = content_ids([text for text, _ in rows], [label for _, label in rows])
    assert len(set(ids)) == len(rows)


@given(st.lists(st.sampled_from(["a", "b", "c", None])), st.integers(1, 4))
def test_ids_do_not_depend_on_how_the_rows_come(texts, size):
    """All at once or in batches."""
    ids = ContentIds()
    pieces = [texts[start : start + size] for start in range(0, len(texts), size)]
    assert [id_ for piece in pieces for id_ in content_ids(piece, ["x"] * len(piece), ids)] == content_ids(
        texts, ["x"] * len(texts)
    )


def test_several_labels_are_part_of_the_content():
    """None, one, and the same two at once are three rows."""
    assert len(set(content_ids(["t"] * 3, [[], ["a"], ["a", "b"]]))) == 3


@given(st.lists(st.lists(st.integers(0, 30))))
def test_a_key_is_seen_from_its_second_occurrence_on(batches):
    """Within a batch and over batches."""
    seen, known = Seen(), set()
    for batch in batches:
        repeated = seen.add(np.array(batch, np.uint64)).tolist()
        for key, was in zip(batch, repeated, strict=True):
            assert was == (key in known)
            known.add(key)

"""How fixes work together."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datakit.core.errors import UsageError
from datakit.testing import corpus
from datakit.validation.clean import chosen, clean, fixes, left, tally


def test_the_order_of_the_names_makes_no_difference():
    """Repairs of texts first, then labels, then copies."""
    rows = corpus([("A &amp; b", "Spam"), ("a & B", "spam"), ("a & b", "spam"), ("c", "spam")])
    names = ("duplicate-text", "html-markup", "label-variants")
    results = [clean(rows, chosen(order)) for order in permutations(names)]
    assert len({result.log for result in results}) == 1
    assert [entry.fix for entry in results[0].log] == [
        *["html-markup", "label-variants"],
        *["duplicate-text"] * 2,
    ]
    assert results[0].rows.texts == ["A & b", "c"]


def test_what_one_repair_brings_to_light_another_mends():
    """A control character may stand in the way of a tag, an entity may be an invisible character."""
    rows = corpus([("a<b\x07r>b &am\u200bp; c", "a")])
    cleaned = clean(rows, chosen(["html-markup", "control-characters", "invisible-characters"]))
    assert cleaned.rows.texts == ["a b & c"]
    assert tally(cleaned.log) == {
        "control-characters": {"text": 1},
        "invisible-characters": {"text": 1},
        "html-markup": {"text": 1},
    }


def test_a_conflict_is_decided_before_the_copies_go():
    """Else the first copy's label would win."""
    rows = corpus([("great", "neg"), ("great", "pos"), ("great", "pos")])
    (row,) = clean(rows, chosen(["duplicate-text", "conflicting-labels"])).rows.rows()
    assert row["label"] == "pos"


def test_ids_lines_and_provenance_stay():
    """Only texts and labels change."""
    row = {"id": "new", "text": "a &amp; b", "label": "x", "parent": "old", "op": "synonym", "k": 2}
    rows = corpus([row])
    (mended,) = clean(rows, chosen(["html-markup"])).rows.rows()
    assert mended == {**next(rows.rows()), "text": "a & b"}


def test_of_several_labels_none_and_an_empty_list_stay_two_things():
    """Also where a text beside them was mended: one row has no label on purpose, the other lacks it."""
    rows = corpus(
        [{"text": "a &amp; b", "labels": None}, {"text": "c", "labels": []}, {"text": "d", "labels": ["x"]}]
    )
    cleaned = clean(rows, chosen(["html-markup", "missing-label"]))
    assert [(entry.line, entry.fix) for entry in cleaned.log] == [(1, "html-markup"), (1, "missing-label")]
    assert [row["labels"] for row in cleaned.rows.rows()] == [[], ["x"]]


def test_all_wrong_names_and_options_are_told_at_once():
    """With the nearest known name."""
    with pytest.raises(UsageError) as caught:
        chosen(["mojibak", "duplicate-text"], {"duplicate-text": {"exakt": True}, "near-duplicate-text": {}})
    told = str(caught.value)
    assert "did you mean 'mojibake'" in told
    assert "did you mean 'exact'" in told
    assert "ask for it: --fix near-duplicate-text" in told


def test_what_cannot_be_mended_is_told_by_the_check():
    """A lost character stays lost."""
    (finding,) = left(clean(corpus([("caf\ufffd", "a")]), chosen(["mojibake"])).rows, ["mojibake", "unreadable"])
    assert finding.code == "mojibake"


@given(
    st.lists(
        st.tuples(
            st.text("aB &<>br/;#128amp\u200b\x92\u00c3\u00a9\u00e5\u00a3 ", max_size=12),
            st.sampled_from(["a", "A", "b ", "b"]),
        ),
        max_size=8,
    )
)
def test_whatever_the_rows_are_a_second_cleaning_changes_nothing(rows):
    """All fixes together, on rows made of what they look for."""
    every = chosen(fixes.names())
    assert clean(clean(corpus(rows), every).rows, every).log == ()

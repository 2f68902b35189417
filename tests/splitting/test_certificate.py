import json

import pytest

from datakit.core.corpus import Corpus, Splits
from datakit.core.findings import Severity
from datakit.splitting import certify, findings_of, split, verify
from datakit.testing import corpus

TRAIN = [{"id": f"t{i}", "text": f"train {i}", "label": "ab"[i % 2]} for i in range(6)]
TEST = [{"id": f"e{i}", "text": f"test {i}", "label": "ab"[i % 2]} for i in range(4)]

PARCEL = "the parcel that I ordered three weeks ago has still not arrived at my door"
EDITED = "the parcel that I ordered three weeks ago has still not arrived at my house"

NOTHING = {"texts": 0, "near": 0, "ids": 0, "parents": 0}


def splits_with(train=(), test=()):
    """Return clean splits with these rows added."""
    return Splits({"train": corpus([*TRAIN, *train]), "test": corpus([*TEST, *test])})


def certificate(train=(), test=(), *, near=True):
    """Certify clean splits with these rows added."""
    return certify(splits_with(train, test), near=near)


def test_clean_splits_are_certified():
    """With the counts that anyone can check again."""
    found = certificate()
    assert found.pop("digests").keys() == {"train", "test"}
    assert found == {
        "rows": {"train": 6, "test": 4},
        "labels": {"train": {"a": 3, "b": 3}, "test": {"a": 2, "b": 2}},
        "absent": {"train": [], "test": []},
        "deviation": {"train": {"label": "a", "points": 0.0}, "test": {"label": "a", "points": 0.0}},
        "shared": {"train/test": NOTHING},
        "augmented_held_out": {"test": 0},
        "clean": True,
    }


@pytest.mark.parametrize(
    ("train", "test", "shared"),
    [
        ([], [("TRAIN  1", "b"), ("train 1", "b"), ("train 2", "a")], {"texts": 2}),
        ([(PARCEL, "a")], [(EDITED, "a")], {"near": 1}),
        ([], [{"id": "t1", "text": "edited", "label": "a"}], {"ids": 1}),
        ([{"id": "e1~synonym-0", "text": "exam 1", "label": "a", "parent": "e1"}], [], {"parents": 1}),
    ],
    ids=["texts", "near-duplicates", "ids", "parents"],
)
def test_what_two_splits_share_is_counted(train, test, shared):
    """Texts after folding and once however many copies there are; rows made from a row of the other side."""
    found = certificate(train, test)
    assert (found["shared"]["train/test"], found["clean"]) == ({**NOTHING, **shared}, False)


def test_near_duplicates_need_not_be_looked_for():
    """Then their number is not known."""
    found = certificate([(PARCEL, "a")], [(EDITED, "a")], near=False)
    assert found["shared"]["train/test"]["near"] is None
    assert found["clean"]


def test_an_augmented_held_out_row_is_found():
    """Even if its parent stands nowhere."""
    found = certificate(test=[{"id": "x~synonym-0", "text": "new", "label": "a", "parent": "x"}])
    assert (found["augmented_held_out"], found["clean"]) == ({"test": 1}, False)
    assert found["shared"]["train/test"] == NOTHING


def test_a_row_made_from_a_row_of_train_is_as_it_should_be():
    """That is what augmentation does."""
    found = certificate(train=[{"id": "t1~synonym-0", "text": "coach 1", "label": "b", "parent": "t1"}])
    assert (found["rows"]["train"], found["clean"]) == (7, True)


def test_every_pair_of_splits_is_compared():
    """Validation against test too: a checkpoint is chosen by the one, figures are told of the other."""
    rows = corpus(TEST)
    found = certify(Splits({"train": corpus(TRAIN), "validation": rows, "test": rows}))
    assert {pair: counts["texts"] for pair, counts in found["shared"].items()} == {
        "train/validation": 0,
        "train/test": 0,
        "validation/test": 4,
    }
    assert found["clean"] is False


def test_labels_are_weighed():
    """Which a split lacks, and which is farthest from its share: here 6 of 8 rows of `a` for 6 of 10 rows."""
    rows = Splits({"train": corpus([(f"x {n}", "a") for n in range(6)]), "test": corpus([*TEST])})
    found = certify(rows)
    assert found["absent"] == {"train": ["b"], "test": []}
    assert found["deviation"] == {
        "train": {"label": "b", "points": 60.0},
        "test": {"label": "b", "points": 60.0},
    }


def test_splits_without_labels_or_rows_are_certified():
    """There is nothing to weigh."""
    unlabelled = Splits({"train": corpus([("one", None)]), "test": corpus([])})
    assert (certify(unlabelled)["deviation"], certify(unlabelled)["clean"]) == ({}, True)


def test_what_split_makes_is_clean():
    """From a file full of copies."""
    rows = corpus([(f"text {i % 40}", "ab"[i % 2]) for i in range(200)])
    assert certify(split(rows))["clean"] is True


def test_what_was_certified_is_verified():
    """In any order of the rows, and after the certificate was written and read."""
    turned = Splits({name: rows.take(list(reversed(range(len(rows))))) for name, rows in splits_with().items()})
    assert verify(turned, json.loads(json.dumps(certificate()))) == []
    assert verify(splits_with(), certificate(near=False)) == []
    assert verify(splits_with(), certificate(), near=False) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "e9", "text": "test 3", "label": "b"}, "digests, test, ids: certified "),
        ({"id": "e3", "text": "test 33", "label": "b"}, "digests, test, rows: certified "),
        ({"id": "e3", "text": "test 3", "label": "a"}, "labels, test, a: certified 2, found 3"),
        (
            {"id": "e3", "text": "test 3", "label": "b", "parent": "x"},
            "augmented_held_out, test: certified 0, found 1",
        ),
        ({"id": "e3", "text": "train 1", "label": "b"}, "shared, train/test, texts: certified 0, found 1"),
        ({"id": "t3", "text": "test 3", "label": "b"}, "shared, train/test, ids: certified 0, found 1"),
    ],
    ids=["id", "text", "label", "parent", "leak", "id of the other side"],
)
def test_a_row_that_was_tampered_with_is_told(change, told):
    """Whatever was changed in it."""
    tampered = Splits({"train": corpus(TRAIN), "test": corpus([*TEST[:3], change])})
    assert any(line.startswith(told) for line in verify(tampered, certificate()))


def test_rows_and_splits_that_are_gone_are_told():
    """Or were added."""
    short = Splits({"train": corpus(TRAIN[1:]), "test": corpus(TEST)})
    assert "rows, train: certified 6, found 5" in verify(short, certificate())
    assert "rows, test: certified 4, found nothing" in verify(Splits({"train": corpus(TRAIN)}), certificate())
    assert "rows, test: certified nothing, found 4" in verify(
        splits_with(), certify(Splits({"train": corpus(TRAIN)}))
    )
    assert verify(splits_with(), {}) != []


def test_labels_of_a_multi_label_row_are_verified():
    """They are part of the row."""
    one, other = (
        Splits({"train": Corpus.from_columns(["x"], None, labels=[labels], id=["1"])}) for labels in (["a"], ["b"])
    )
    assert verify(one, certify(one)) == []
    assert verify(other, certify(one)) != []


def test_a_leak_is_an_error():
    """That names the sides."""
    (told,) = findings_of(certificate(test=[("train 1", "b")]))
    assert (told.code, told.severity) == ("split-leakage", Severity.ERROR)
    assert "train/test share rows" in told.message
    (told,) = findings_of(certificate(test=[{"id": "x~0", "text": "new", "label": "a", "parent": "x"}]))
    assert "test holds augmented rows" in told.message


def test_absent_labels_are_a_warning():
    """That names them by split."""
    rows = split(corpus([(f"text {n}", "rare" if n < 2 else "common") for n in range(50)]))
    (told,) = findings_of(certify(rows))
    assert (told.code, told.severity) == ("absent-label", Severity.WARNING)
    assert told.evidence == {"absent": {"validation": ["rare"], "test": ["rare"]}}
    assert "validation lacks 1 (rare)" in told.message


def test_clean_splits_leave_nothing_to_say():
    """No finding."""
    assert list(findings_of(certificate())) == []

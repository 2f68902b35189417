from datakit.core.corpus import Splits
from datakit.splitting import certify, split
from datakit.testing import corpus

TRAIN = [{"id": f"t{i}", "text": f"train {i}", "label": "ab"[i % 2]} for i in range(6)]
TEST = [{"id": f"e{i}", "text": f"test {i}", "label": "ab"[i % 2]} for i in range(4)]


def certificate(train=(), test=()):
    """Certify clean splits with these rows added."""
    return certify(Splits({"train": corpus([*TRAIN, *train]), "test": corpus([*TEST, *test])}))


def test_clean_splits_are_certified():
    """With the counts that anyone can check again."""
    assert certificate() == {
        "rows": {"train": 6, "test": 4},
        "labels": {"train": {"a": 3, "b": 3}, "test": {"a": 2, "b": 2}},
        "shared": {"train/test": {"texts": 0, "ids": 0, "parents": 0}},
        "augmented_held_out": {"test": 0},
        "clean": True,
    }


def test_a_text_on_both_sides_is_found():
    """Compared after folding, counted once however many copies there are."""
    found = certificate(test=[("TRAIN  1", "b"), ("train 1", "b"), ("train 2", "a")])
    assert (found["shared"]["train/test"], found["clean"]) == ({"texts": 2, "ids": 0, "parents": 0}, False)


def test_an_id_on_both_sides_is_found():
    """A row may have been edited on one side."""
    found = certificate(test=[{"id": "t1", "text": "edited", "label": "a"}])
    assert (found["shared"]["train/test"], found["clean"]) == ({"texts": 0, "ids": 1, "parents": 0}, False)


def test_a_row_made_from_a_held_out_row_is_found():
    """Its text is new, but its parent is not to be learnt from."""
    found = certificate(train=[{"id": "e1~synonym-0", "text": "exam 1", "label": "a", "parent": "e1"}])
    assert (found["shared"]["train/test"], found["clean"]) == ({"texts": 0, "ids": 0, "parents": 1}, False)


def test_an_augmented_held_out_row_is_found():
    """Even if its parent stands nowhere."""
    found = certificate(test=[{"id": "x~synonym-0", "text": "new", "label": "a", "parent": "x"}])
    assert (found["augmented_held_out"], found["clean"]) == ({"test": 1}, False)
    assert found["shared"]["train/test"] == {"texts": 0, "ids": 0, "parents": 0}


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


def test_what_split_makes_is_clean():
    """From a file full of copies."""
    rows = corpus([(f"text {i % 40}", "ab"[i % 2]) for i in range(200)])
    assert certify(split(rows))["clean"] is True

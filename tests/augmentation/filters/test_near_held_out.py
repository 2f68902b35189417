"""The filter `near-held-out`."""

from datakit.augmentation import augment
from datakit.augmentation.filters._base import Pair
from datakit.augmentation.filters.near_held_out import NearHeldOut
from datakit.core.corpus import Splits
from datakit.testing import corpus

SENTENCE = "please send the parcel to my new address in the old town before friday noon"
NEAR = SENTENCE.replace("parcel", "package")


def judged(splits, candidate):
    """Return the verdict on one new text."""
    (reason,) = NearHeldOut().fit(splits).keep_many([Pair("x", "any text", candidate)])
    return reason


def test_a_text_near_a_row_of_test_rejects():
    """It says which split."""
    splits = Splits(
        {
            "train": corpus([("any text", "a")]),
            "validation": corpus([("else", "a")]),
            "test": corpus([(SENTENCE, "a")]),
        }
    )
    assert judged(splits, NEAR) == "nearly a row of test"
    assert judged(splits, SENTENCE.upper()) == "nearly a row of test"
    assert judged(splits, "the weather will be fine until the end of the week") is None


def test_a_text_near_a_row_of_train_is_kept():
    """It is near its source, after all."""
    assert judged(Splits({"train": corpus([(SENTENCE, "a")])}), NEAR) is None


def test_new_texts_near_each_other_are_kept():
    """Only the held-out rows count."""
    splits = Splits({"train": corpus([("any text", "a")]), "test": corpus([("else", "a")])})
    assert NearHeldOut().fit(splits).keep_many([Pair("x", "y", NEAR), Pair("x", "y", SENTENCE)]) == [None, None]


def test_by_default_no_new_row_is_near_a_held_out_one():
    """Not even where its source is."""
    rows = [
        (SENTENCE, "rare"),
        ("what a wonderful day this was", "rare"),
        *[(f"common {i}", "common") for i in range(9)],
    ]
    splits = Splits({"train": corpus(rows), "test": corpus([(f"{SENTENCE} sharp", "rare")])})
    result = augment(splits, operators=[{"name": "insert-punctuation"}])
    new = [row["text"] for row in result.train.rows() if row["parent"]]
    assert len(new) == 7
    assert result.rejected["near-held-out"] > 0
    assert [judged(splits, text) for text in new] == [None] * 7

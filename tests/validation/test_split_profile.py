import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from datakit.core.corpus import Corpus, Splits
from datakit.testing import corpus
from datakit.validation import digest
from datakit.validation.profile import profile
from datakit.validation.split_profile import profile_of_splits


def made(rows):
    """Return augmented rows: each text, label and parent."""
    return Corpus.from_rows(
        [
            {"id": f"new-{i}", "text": text, "label": label, "parent": parent}
            for i, (text, label, parent) in enumerate(rows)
        ]
    )


TRAIN = corpus([("one", "ham"), ("two", "ham"), ("three", "spam"), ("four", "news")])
VALIDATION = corpus([("five", "ham"), ("TWO", "spam"), ("six", "spam")])
TEST = corpus([("seven", "ham"), ("five ", "ham"), ("three", "spam"), ("eight", "eggs")])
SPLITS = Splits({"train": TRAIN, "validation": VALIDATION, "test": TEST})


def test_every_figure_of_small_splits():
    """Those of the training rows, but for the quarantine, which is no matter of splits; and those that compare."""
    core = profile(digest(TRAIN))
    assert profile_of_splits(SPLITS) == {
        **{name: figure for name, figure in core.items() if name not in {"quarantined", "quarantined_share"}},
        "validation_rows": 3,
        "test_rows": 4,
        "min_class_rows_held_out": 0,  # nobody measures `news`
        "unseen_labels": 1,  # eggs
        "leaked_rows": 3,  # TWO, five, three
        "augmented_held_out_rows": 0,
        "augmented_rows": 0,
        "augmented_share": 0.0,
        "augmented_duplicate_rows": 0,
        "augmented_conflicting_rows": 0,
        "orphaned_rows": 0,
        "target_filled_share": 1.0,
    }


def test_augmented_rows_are_those_with_a_parent():
    """Each kind of bad one is counted by itself; a copy with another label is both a copy and a conflict."""
    own, held_out = TRAIN.ids, VALIDATION.ids
    new = made(
        [
            ("uno", "ham", own[0]),
            ("ONE", "ham", own[0]),  # repeats its parent
            ("Three", "ham", own[0]),  # and another row, of another label
            ("due", "spam", held_out[0]),  # tells what is held out
            ("tre", "spam", "new-0"),  # made from what was made
        ]
    )
    figures = profile_of_splits(
        SPLITS | {"train": TRAIN.extend(new), "test": TEST.extend(made([("sette", "ham", own[0])]))},
        wanted={"ham": 5, "spam": 4, "news": 0},
    )
    assert (figures["augmented_rows"], figures["augmented_share"], figures["rows"]) == (5, 0.5556, 9)
    assert figures["augmented_duplicate_rows"] == 2
    assert figures["augmented_conflicting_rows"] == 1
    assert figures["orphaned_rows"] == 2
    assert figures["augmented_held_out_rows"] == 1
    assert figures["target_filled_share"] == 0.75  # three of four `spam`


def test_a_class_is_measured_as_well_as_where_it_is_rarest():
    """In validation or in test; without either not at all."""
    held_out = {
        "validation": corpus([("a", "x"), ("b", "y")]),
        "test": corpus([("c", "x"), ("d", "y"), ("e", "y")]),
    }
    train = {"train": corpus([("f", "x"), ("g", "y")])}
    assert profile_of_splits(Splits(train | held_out))["min_class_rows_held_out"] == 1
    alone = profile_of_splits(Splits(train))
    assert (alone["min_class_rows_held_out"], alone["validation_rows"], alone["test_rows"]) == (0, 0, 0)


def test_nothing_left_to_learn_from_has_figures_too():
    """So that a gate can say so."""
    figures = profile_of_splits(Splits({"train": corpus([]), "test": TEST}), wanted={"ham": 3})
    assert (figures["rows"], figures["unseen_labels"], figures["target_filled_share"]) == (0, 3, 0.0)


TEXTS = st.lists(st.sampled_from("abcdefg"), max_size=8)


@given(TEXTS, TEXTS, TEXTS)
def test_leaked_rows_are_those_whose_text_was_seen_before(train, validation, test):
    """Against the plain definition."""
    splits = Splits(
        {
            name: corpus([(text, "x") for text in texts])
            for name, texts in (("train", train), ("validation", validation), ("test", test))
        }
    )
    seen = sum(text in train for text in validation) + sum(text in train + validation for text in test)
    assert profile_of_splits(splits)["leaked_rows"] == seen


def test_every_figure_is_described():
    """docs/gate.md names those that compare splits, and no others."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
    compared = [name for name in profile_of_splits(SPLITS) if name not in profile(digest(TRAIN))]
    assert re.findall(r"^- `(\w+)`: ", page, re.MULTILINE) == compared

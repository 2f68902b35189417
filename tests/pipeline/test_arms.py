from collections import Counter

import pytest
from support import sms

from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.pipeline.arms import Arm, arms_of, duplicated, require
from datakit.pipeline.recipe import parse


def test_an_arm_is_what_its_name_says():
    """Parts with + between; other names of operators; the recipe's options but for those that are compared."""
    arm = Arm.of("weights+backtranslate+threshold")
    assert (arm.operators, arm.weights, arm.threshold) == (("back-translation",), True, True)
    assert arm.augments
    assert not arm.copies
    recipe = parse({"source": "raw.jsonl", "finetune": {"epochs": 7}}, where="test")
    followed = arm.recipe(recipe)
    assert followed.finetune.epochs == 7
    assert followed.finetune.class_weights == "balanced"
    assert followed.augment.target == "balanced"
    assert followed.as_dict()["augment"]["operators"] == [{"name": "back-translation"}]
    plain = Arm.of("plain").recipe(recipe.patched({"augment": {"target": "ratio=2"}}))
    assert plain.finetune.class_weights == "none"
    assert plain.augment.target == "ratio=2"


def test_losses_and_samplings_are_arms_too():
    """Also with others; what fights is told before anything is trained."""
    recipe = parse({"source": "raw.jsonl"}, where="test")
    followed = Arm.of("logit-adjustment+threshold").recipe(recipe).finetune
    assert (followed.loss, followed.class_weights, followed.sampling) == ("logit-adjustment", "none", "shuffled")
    assert Arm.of("undersample").recipe(recipe).finetune.sampling == "undersample"
    with pytest.raises(UsageError) as caught:
        require(arms_of(["weights+balanced", "weights+logit-adjustment"]), recipe)
    assert len(caught.value.problems) == 2


def test_an_operator_has_the_recipes_options():
    """Where the recipe names it; and what it needs is asked for with them."""
    operators = [{"name": "contextual", "model": "/no/such/folder"}, {"name": "synonym", "share": 0.5}]
    recipe = parse({"source": "raw.jsonl", "augment": {"operators": operators}}, where="test")
    followed = Arm.of("synonym").recipe(recipe)
    assert followed.as_dict()["augment"]["operators"] == operators[1:]
    require(arms_of(["plain", "duplicate", "synonym"]), recipe)
    with pytest.raises(UsageError, match="/no/such/folder"):
        require(arms_of(["plain", "contextual"]), recipe)


@pytest.mark.parametrize(
    ("names", "got"),
    [
        (["plain"], "plain"),
        (["plain", "plain"], "plain,plain"),
        (["plain", "synonim"], "no arm 'synonim'"),
        (["plain", "synonym+duplicate"], "adds rows in 2 ways"),
        (["plain", "focal+ldam"], "reckons the loss in 2 ways"),
        (["plain", "balanced+undersample"], "draws rows in 2 ways"),
        (["plain", "plain+weights"], "plain with others"),
    ],
)
def test_names_that_cannot_be_followed(names, got):
    """Are told with what to do."""
    with pytest.raises(UsageError) as caught:
        arms_of(names)
    assert got in str(caught.value)


def test_all_problems_are_told_at_once():
    """And the nearest name."""
    with pytest.raises(UsageError) as caught:
        arms_of(["weigths", "synonim"])
    assert len(caught.value.problems) == 2
    assert "synonym" in caught.value.problems[1].fix


def test_copies_fill_each_class_as_augmentation_would():
    """To the target, evenly, within max_per_row; for any order of the rows."""
    rows = sms(50)
    train = Corpus.from_columns([r["text"] for r in rows], [r["label"] for r in rows])
    more = duplicated(train, "balanced", 20, 13)
    assert set(more.label_counts.values()) == {40}
    times = Counter(more.texts[50:])
    assert len(times) == 10
    assert set(times.values()) == {3}
    assert more.texts[:50] == train.texts
    assert len(duplicated(train, "balanced", 2, 13)) == 50 + 2 * 10
    backwards = duplicated(train.take(range(49, -1, -1)), "ratio=3", 20, 13)
    assert Counter(backwards.texts) == Counter(duplicated(train, "ratio=3", 20, 13).texts)


def test_copies_of_rows_with_several_labels():
    """A copy carries all labels of its row; labels that lack nothing grow by a tenth at most."""
    labels = [["x"] if i < 40 else ["y"] if i < 50 else ["x", "y"] for i in range(55)]
    train = Corpus.from_columns([f"text {i}" for i in range(55)], None, labels=labels)
    more = duplicated(train, "balanced", 20, 13).label_counts
    assert more["y"] == more["x"] == 45

"""Options of training that fight each other."""

import pytest

from datakit.core.errors import RecipeError
from datakit.pipeline.recipe import load, parse
from datakit.training.settings import Settings

BY_HAND = {"ham": 1, "spam": 9}

FIGHTING = {
    "class_weights": (
        {"class_weights": "balanced", "sampling": "balanced"},
        {"class_weights": "effective", "sampling": "oversample"},
        {"class_weights": BY_HAND, "sampling": "undersample"},
        {"class_weights": "balanced", "loss": "logit-adjustment"},
        {"class_weights": "balanced", "class_weights_after": 0.8, "loss": "logit-adjustment"},
        {"class_weights": "balanced", "loss": "ldam"},
    ),
    "sampling": ({"sampling": "balanced", "loss": "logit-adjustment"}, {"sampling": "oversample", "loss": "ldam"}),
    "class_weights_after": (
        {"class_weights_after": 0.5, "class_weights": "none"},
        {"class_weights_after": 0.5, "loss": "ldam"},
    ),
}
SOUND = (
    {},
    {"class_weights": BY_HAND},
    {"class_weights_after": 0.5},
    {"sampling": "balanced"},
    {"class_weights": "none", "sampling": "undersample"},
    {"loss": "focal", "sampling": "oversample"},
    {"loss": "focal", "class_weights": "balanced", "loss_options": {"gamma": 1}},
    {"loss": "logit-adjustment", "class_weights": "none"},
    {"loss": "ldam"},
    {"loss": "ldam", "class_weights": "effective", "class_weights_after": 0.8},
)


def refused(options):
    """Return the problems of these options in a recipe."""
    with pytest.raises(RecipeError) as caught:
        parse({"source": "x.jsonl", "finetune": options}, where="recipe.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("option", "options"),
    [pytest.param(option, given, id=str(given)) for option, cases in FIGHTING.items() for given in cases],
)
def test_two_remedies_that_count_rare_labels_twice_are_refused_with_a_way_out(option, options):
    """Nothing is dropped silently; the message names the option to change."""
    (problem,) = refused(options)
    assert problem.got.startswith(f"finetune.{option}: ")
    assert problem.fix


@pytest.mark.parametrize("options", SOUND, ids=str)
def test_remedies_that_go_together_are_followed(options):
    """The automatic class weights step back by themselves."""
    parse({"source": "x.jsonl", "finetune": options}, where="recipe.yaml")


def test_all_conflicts_are_told_at_once_each_with_its_line(tmp_path):
    """In a recipe file; from Python, in one message."""
    options = {"class_weights": "balanced", "loss": "logit-adjustment", "sampling": "balanced"}
    lines = ["source: x.jsonl", "finetune:", *(f"  {name}: {value}" for name, value in options.items())]
    (tmp_path / "recipe.yaml").write_text("\n".join(lines))
    with pytest.raises(RecipeError) as caught:
        load(tmp_path / "recipe.yaml")
    assert [problem.where.removeprefix(f"{tmp_path}/") for problem in caught.value.problems] == [
        "recipe.yaml:3:3",
        "recipe.yaml:3:3",
        "recipe.yaml:5:3",
    ]
    with pytest.raises(ValueError, match=r"rare labels count twice.*; sampling: logit-adjustment"):
        Settings(**options)


def test_an_unknown_loss_or_option_of_one_is_told_with_the_nearest_before_anything_runs():
    """No hour of augmentation goes before a typing error is found."""
    (loss,), (option,), (value,) = (
        refused({"loss": "focall"}),
        refused({"loss": "focal", "loss_options": {"gama": 1}}),
        refused({"loss": "focal", "loss_options": {"gamma": -1}}),
    )
    assert "did you mean 'focal'?" in loss.fix
    assert "did you mean 'gamma'?" in option.fix
    assert "gamma" in value.got


def test_checking_options_does_not_load_torch():
    """Every command reads the recipe, also those that train nothing."""
    from support import printed_under_hash_seeds

    code = (
        "import sys; from datakit.training.settings import Settings; "
        "Settings(loss='focal', loss_options={'gamma': 1}); print('torch' in sys.modules)"
    )
    assert printed_under_hash_seeds(code) == {b"False\n"}


@pytest.mark.parametrize(
    ("options", "rows", "labels", "epochs", "patience"),
    [
        pytest.param({}, 5_452, 6, 4, 2, id="many rows a label"),
        pytest.param({}, 8_177, 77, 6, 2, id="many labels"),
        pytest.param({}, 300, 6, 12, 3, id="few rows"),
        pytest.param({"batch_size": 8}, 300, 6, 6, 2, id="more steps an epoch"),
        pytest.param({"batch_size": 8, "accumulation": 2}, 300, 6, 12, 3, id="two batches a step"),
        pytest.param({"batch_size": 8, "processes": 2}, 300, 6, 12, 3, id="two batches at once"),
        pytest.param({}, 24, 6, 20, 5, id="hardly any rows"),
        pytest.param({"epochs": 3, "patience": 1}, 24, 6, 3, 1, id="as asked"),
    ],
)
def test_a_training_is_as_long_as_its_rows_and_labels_want(options, rows, labels, epochs, patience):
    """Few steps a label leave a model at the most frequent one; more epochs make more steps."""
    settings = Settings(**options)
    assert settings.epochs_for(rows, labels) == epochs
    assert settings.patience_for(epochs) == patience

"""The schema of recipes."""

import json
import re

import pytest
import yaml
from jsonschema import Draft7Validator

from datakit.pipeline.recipe import Recipe
from datakit.pipeline.schema import recipe_schema
from datakit.pipeline.shipped import shipped


@pytest.fixture(scope="module")
def schema():
    """Give a validator."""
    Draft7Validator.check_schema(recipe_schema())
    return Draft7Validator(recipe_schema())


def test_the_file_beside_the_recipes_is_true():
    """Write it anew with: datakit schema > pipelines/recipe.schema.json."""
    path = shipped("pipelines") / "recipe.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(recipe_schema()))


@pytest.mark.parametrize("path", sorted(shipped("pipelines").glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_recipes_name_it_and_follow_it(path, schema):
    """Editors find it by the first line, also where `datakit init` has laid both down."""
    text = path.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert (path.parent / named[1]).is_file()
    assert list(schema.iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": 1},
        {"source": "x", "sede": 1},
        {"source": "x", "finetune": {"epochs": "many"}},
        {"source": "x", "augment": {"operators": [{"name": "synonym", "shar": 0.1}]}},
        {"source": "x", "augment": {"filters": [{"name": "identica"}]}},
        {"source": "x", "validate": {"checks": {"class-imbalance": {"max_rati": 5}}}},
        {"source": "x", "finetune": {"loss": "focal", "loss_options": {"gama": 1}}},
        {"source": "x", "split": {"options": {"nonsense": 1}}},
    ],
)
def test_what_is_wrong_is_marked(wrong, schema):
    """Options of components too, those of the default ones among them."""
    assert list(schema.iter_errors(wrong))


@pytest.mark.parametrize(
    "right",
    [
        {"source": {"path": "x", "test": "y"}},
        {"source": "x", "augment": {"operators": [{"name": "synonym", "weight": 3, "share": 0.2}]}},
        {"source": "x", "validate": {"checks": {"class-imbalance": {"max_ratio": 5}}}},
        {"source": "x", "finetune": {"loss": "focal", "loss_options": {"gamma": 1}}},
        {"source": "x", "timeouts": {"validate": 60}},
    ],
)
def test_what_is_right_is_not(right, schema):
    """As a recipe takes it."""
    assert list(schema.iter_errors(right)) == []


def test_every_option_says_what_it_means():
    """Editors show it."""
    sections = {
        name: field.annotation
        for name, field in Recipe.model_fields.items()
        if hasattr(field.annotation, "model_fields")
    }
    lacking = [
        f"{section}.{name}"
        for section, kind in sections.items()
        for name, field in kind.model_fields.items()
        if not field.description
    ]
    assert lacking == []

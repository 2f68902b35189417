"""Recipes."""

import pytest

from datakit.core.errors import RecipeError
from datakit.pipeline.recipe import MAX_BYTES, load, parse
from datakit.pipeline.shipped import shipped
from datakit.pipeline.stages import STAGES


def test_every_problem_is_told_at_once_with_its_place_and_the_nearest_name(tmp_path):
    """Path, line and column, what was got, and what was probably meant."""
    recipe = tmp_path / "x.yaml"
    recipe.write_text(
        "source: raw.jsonl\naugment:\n  targett: balanced\nfinetune:\n  epochs: many\nsplitt:\n  test: 0.1\n",
        encoding="utf-8",
    )
    with pytest.raises(RecipeError) as caught:
        load(recipe)
    told = {problem.where: problem for problem in caught.value.problems}
    assert set(told) == {f"{recipe}:3:3", f"{recipe}:5:3", f"{recipe}:6:1"}
    assert "did you mean 'target'?" in told[f"{recipe}:3:3"].fix
    assert "got 'many'" in told[f"{recipe}:5:3"].got
    assert "did you mean 'split'?" in told[f"{recipe}:6:1"].fix


def test_a_recipe_without_a_source_says_so(tmp_path):
    """The one option without a default."""
    recipe = tmp_path / "x.yaml"
    recipe.write_text("seed: 1\n", encoding="utf-8")
    with pytest.raises(RecipeError, match="source"):
        load(recipe)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("source: [raw.jsonl\n", ":2:1"),
        ("source: !!python/object/apply:os.system [ls]\n", ":1:9"),
        ("a: &x 1\nsource: *x\n", ":2:9"),
        ("- raw.jsonl\n", ""),
        ("source: 2026-13-45\n", ""),
        ("source: \x07\n", ""),
        ("source: " + "[" * 5_000 + "\n", ""),
    ],
)
def test_what_is_not_plain_yaml_is_refused(tmp_path, text, place):
    """Broken YAML, tags that would build objects, aliases, no dates, endless nesting: told with their place."""
    recipe = tmp_path / "x.yaml"
    recipe.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load(recipe)
    assert caught.value.problems[0].where == f"{recipe}{place}"


def test_keys_that_stand_twice_are_told_with_all_else_that_is_wrong(tmp_path):
    """YAML would silently take the last; what is inside a second section is not told again."""
    recipe = tmp_path / "x.yaml"
    text = (
        "source: raw.jsonl\nfinetune:\n  epochs: 3\n  epochs: 4\nseed: x\naugment: {target: none}\n"
        "augment:\n  target: balanced\n"
    )
    recipe.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load(recipe)
    told = {problem.where: problem.got for problem in caught.value.problems}
    assert told[f"{recipe}:4:3"] == f"finetune.epochs is there already, at {recipe}:3:3"
    assert told[f"{recipe}:7:1"] == f"augment is there already, at {recipe}:6:1"
    assert "seed" in told[f"{recipe}:5:1"]
    assert len(told) == 3


def test_variables_are_not_put_into_recipes(tmp_path):
    """What looks as if they were is refused, with the way to do it; a dollar alone is no harm."""
    recipe = tmp_path / "x.yaml"
    recipe.write_text("source:\n  path: ${DATA}/raw.jsonl\njob: {notify: [echo, $5]}\n", encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load(recipe)
    (problem,) = caught.value.problems
    assert problem.where == f"{recipe}:2:3"
    assert "${DATA} stands for itself" in problem.got
    assert '--set source.path="$DATA"' in problem.fix


def test_components_are_looked_up_before_anything_runs(tmp_path):
    """Those that do not exist or do not take an option, in all families at once, each with its place."""
    recipe = tmp_path / "x.yaml"
    recipe.write_text(
        "source: raw.jsonl\naugment:\n  operators:\n    - name: synonim\n    - {name: synonym, shar: 0.1}\n"
        "  filters: [{name: identica}]\nvalidate:\n  checks:\n    class-imbalanc: {max_ratio: 3}\n"
        "    class-imbalance: {max_ratio: many}\nsplit:\n  splitter: stratifie\nfinetune:\n  loss: foca\n",
        encoding="utf-8",
    )
    with pytest.raises(RecipeError) as caught:
        load(recipe)
    told = {problem.where.removeprefix(f"{recipe}:"): problem for problem in caught.value.problems}
    assert set(told) == {"4:7", "5:7", "6:13", "9:5", "10:5", "12:3", "14:3"}
    assert told["5:7"].got == "augment.operators.1: no option 'shar'"
    assert "did you mean 'share'?" in told["5:7"].fix
    assert "did you mean 'class-imbalance'?" in told["9:5"].fix


def test_every_stage_may_have_a_limit_of_time():
    """By its name; seconds above 0."""
    recipe = parse({"source": "x", "timeouts": {stage.name: 1.5 for stage in STAGES}}, where="x")
    assert [recipe.timeouts.of(stage.name) for stage in STAGES] == [1.5] * len(STAGES)
    assert parse({"source": "x"}, where="x").timeouts.of("split") is None
    with pytest.raises(RecipeError, match="did you mean 'finetune'"):
        parse({"source": "x", "timeouts": {"finetun": 3}}, where="x")


def test_a_huge_recipe_is_refused(tmp_path):
    """Size is capped before anything is parsed."""
    recipe = tmp_path / "x.yaml"
    recipe.write_text("#" * (MAX_BYTES + 1), encoding="utf-8")
    with pytest.raises(RecipeError, match="characters"):
        load(recipe)


def test_a_missing_recipe_is_a_recipe_error(tmp_path):
    """No traceback for a wrong path."""
    with pytest.raises(RecipeError):
        load(tmp_path / "none.yaml")


def test_options_survive_the_way_to_yaml_and_back():
    """What the workspace remembers is what was given."""
    recipe = parse({"source": "raw.jsonl", "validate": {"suite": "own.json"}, "accept": ["rare-class"]}, where="x")
    assert parse(recipe.as_dict(), where="x") == recipe
    assert recipe.as_dict() == {
        "source": {"path": "raw.jsonl"},
        "validate": {"suite": "own.json"},
        "accept": ["rare-class"],
    }


def test_a_patch_replaces_options_and_keeps_the_others():
    """Verbs put their options over what is remembered."""
    recipe = parse({"source": "raw.jsonl", "finetune": {"epochs": 2, "patience": 1}}, where="x")
    patched = recipe.patched({"finetune": {"epochs": 3}, "seed": 5})
    assert (patched.finetune.epochs, patched.finetune.patience, patched.seed) == (3, 1, 5)
    with pytest.raises(RecipeError, match="finetune"):
        recipe.patched({"finetune": {"epochs": 0}})


@pytest.mark.parametrize("path", sorted(shipped("pipelines").glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_recipes_are_valid(path):
    """What `datakit init` lays down can be followed."""
    assert load(path).source.path


def test_operators_have_a_name_options_and_perhaps_a_weight():
    """What is wrong with them is told with its place; what is right survives the way to YAML and back."""
    mix = [{"name": "synonym", "share": 0.2, "weight": 3.0}, {"name": "insert-punctuation"}]
    recipe = parse({"source": "raw.jsonl", "augment": {"operators": mix}}, where="x")
    assert recipe.as_dict()["augment"] == {"operators": mix}
    assert parse(recipe.as_dict(), where="x") == recipe
    for wrong in ({"weight": 1}, {"name": "synonym", "weight": 0}, {"name": "synonym", "weight": "much"}):
        with pytest.raises(RecipeError, match=r"augment\.operators\.0"):
            parse({"source": "raw.jsonl", "augment": {"operators": [wrong]}}, where="x")

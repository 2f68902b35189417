"""Tuning a workspace, with tiny models."""

import json

import pytest
from support import write_jsonl

from datakit.cli.main import run
from datakit.core.errors import GateError
from datakit.core.files import from_json
from datakit.pipeline.recipe import parse
from datakit.pipeline.telling import story_of
from datakit.pipeline.tuning import tune
from datakit.pipeline.workspace import Workspace
from datakit.training import finetune as training


@pytest.fixture
def recipe(tiny_encoder):
    """Return a recipe whose search is small: two rates, of which one moves nothing."""
    finetune = {"model": str(tiny_encoder), "epochs": 2, "batch_size": 4, "learning_rate": 1e-7, "max_length": 32}
    space = {"learning_rate": [1e-7, 5e-3]}
    tune = {"space": space, "searcher": "grid", "pruner": "none", "seeds": 2, "top": 1}
    return parse({"source": "raw.jsonl", "finetune": finetune, "tune": tune}, where="test")


def test_the_better_settings_are_found_without_the_test_split(project, recipe, monkeypatch):
    """Both are run again with two seeds; what is found is a patch of the recipe, and is kept as JSON."""
    seen = []
    real = training.finetune

    def spying(pretrained, train, validation, *arguments, **named):
        seen.append({*train.ids, *validation.ids})
        return real(pretrained, train, validation, *arguments, **named)

    monkeypatch.setattr(training, "finetune", spying)
    workspace = Workspace(project)
    tuned = tune(workspace, recipe, command="tune")
    assert tuned.patch == {"finetune": {"learning_rate": 5e-3}}
    assert tuned.found.gain[0] > 0
    assert from_json((tuned.folder / "tune.json").read_bytes(), dict)["trials"][0]["state"] == "complete"
    told = story_of(workspace, workspace.latest()).tuning
    assert [one["options"] for one in told["finalists"]] == [{"learning_rate": 5e-3}, {}]
    assert tuple(told["gain"]) == tuned.found.gain
    from datakit.core.corpus import Splits

    run_ = workspace.latest()
    test = set(Splits.open(workspace.folder_of(run_.run) / "splits").test.ids)
    assert len(seen) == 2 + 2 * 2
    assert all(test.isdisjoint(ids) for ids in seen)
    again = tune(workspace, recipe, command="tune")
    assert (again.found, len(seen)) == (tuned.found, 6)


def test_the_verb_tells_and_applies_what_it_found(project, recipe, capsys):
    """The table, the verdict; afterwards finetune has the found rate."""
    Workspace(project).remember(recipe)
    assert run(["tune", "--apply"]) == 0
    told = capsys.readouterr().out
    assert "learning_rate 0.005" in told
    assert "macro-F1 over the present settings" in told
    assert Workspace(project).recipe().finetune.learning_rate == 5e-3
    assert run(["tune", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["patch"] == {}


def test_data_that_did_not_pass_a_gate_are_not_tuned_on(project, recipe):
    """The findings are the error."""
    write_jsonl(project / "raw.jsonl", [{"text": f"message {i}", "label": "same"} for i in range(60)])
    with pytest.raises(GateError, match="single-class"):
        tune(Workspace(project), recipe, command="tune")

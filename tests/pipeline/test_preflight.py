"""The stage `preflight`: what is known before anything is trained."""

import json

from support import sms, write_jsonl

from datakit.cli.main import run
from datakit.core.files import from_json
from datakit.core.history import History
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.workspace import Workspace


def recipe_for(encoder, **finetune):
    """Return a recipe that trains a tiny encoder for a moment, at a rate that random weights need."""
    options = {"model": str(encoder), "epochs": 3, "batch_size": 4, "max_length": 32, "learning_rate": 5e-3}
    return parse({"source": "raw.jsonl", "finetune": {**options, **finetune}}, where="test")


def test_it_foresees_what_training_records(project, tiny_encoder):
    """Labels, counts and settings are those that the training itself sets out with."""
    outcome = bring_up_to(Workspace(project), recipe_for(tiny_encoder), "finetune", command="test")
    foreseen, made = (
        from_json((outcome.folder / name).read_bytes(), History) for name in ("outset.json", "history.json")
    )
    assert (foreseen.steps, foreseen.epochs, foreseen.best) == ((), (), None)
    assert foreseen.labels == made.labels
    assert foreseen.train_counts == made.train_counts
    assert foreseen.validation_counts == made.validation_counts
    known_later = {"learning_rate_trials", "cached_blocks"}
    assert foreseen.settings == {k: v for k, v in made.settings.items() if k not in known_later}


def test_it_names_the_figure_to_beat(project, tiny_encoder):
    """On validation: the test split is not looked at."""
    outcome = bring_up_to(Workspace(project), recipe_for(tiny_encoder), "preflight", command="test")
    report = outcome.reports["preflight"]
    assert set(report.figures) == {"majority", "tfidf-logistic-regression"}
    rows = outcome.reports["split"].figures["rows"]
    assert {figures["rows"] for figures in report.figures.values()} == {rows["validation"]}
    assert report.figures["tfidf-logistic-regression"]["macro_f1"] == 1.0


def test_it_is_made_once(project, tiny_encoder):
    """Other settings are looked at anew, other figures of the test split are not."""
    workspace, recipe = Workspace(project), recipe_for(tiny_encoder)
    bring_up_to(workspace, recipe, "preflight", command="test")
    assert bring_up_to(workspace, recipe, "preflight", command="test").ran == ()
    other = recipe.patched({"evaluate": {"worst": 3}})
    assert bring_up_to(workspace, other, "preflight", command="test").ran == ()
    assert bring_up_to(workspace, recipe_for(tiny_encoder, epochs=4), "preflight", command="test").ran == (
        "preflight",
    )


def test_an_error_stops_before_anything_is_trained(project, tiny_encoder, capsys):
    """Texts that are all the same; accepted, training goes on."""
    write_jsonl(project / "raw.jsonl", [{**row, "text": f"{'see ' * 40}{row['id']}"} for row in sms()])
    settings = [f"finetune.model={tiny_encoder}", "finetune.max_length=16", "finetune.epochs=1"]
    words = [word for setting in settings for word in ("--set", setting)]
    assert run(["validate", "raw.jsonl", "--quiet", "--accept", "truncated-text"]) == 0
    assert run(["finetune", *words]) == 3
    shown = capsys.readouterr().out
    assert "gate failed: preflight has error findings" in shown
    assert "--accept constant-text" in shown
    assert "to beat, on validation" in shown
    assert not list(project.glob(".datakit/runs/*/model"))
    run(["finetune", *words, "--accept", "constant-text", "--json"])
    assert "finetune" in json.loads(capsys.readouterr().out)["stages"]


def test_rows_with_several_labels_have_a_reference_too(project, tiny_encoder):
    """By the area under the ROC curve, which is .5 for guesses however many labels there are."""
    kinds = [("cash prize", ["offer"]), ("meeting", ["work"]), ("cash meeting", ["offer", "work"]), ("well", [])]
    names = ["anna", "ben", "carl", "dora", "emil", "fritz", "gerd", "hans", "ida", "jan", "karl", "lea", "mia"]
    rows = [
        {"text": f"{text} {a} and {b}", "label": labels}
        for a in names
        for b in names[:6]
        for text, labels in kinds
    ]
    write_jsonl(project / "raw.jsonl", rows)
    outcome = bring_up_to(Workspace(project), recipe_for(tiny_encoder), "preflight", command="test")
    assert outcome.gate == ()
    assert outcome.reports["preflight"].figures["tfidf-logistic-regression"]["macro_f1"] > 0.9

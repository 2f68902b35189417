"""Rows and runs, traced."""

import json

import pytest
from support import sms, write_jsonl

from datakit.core.corpus import Corpus
from datakit.core.errors import UsageError
from datakit.core.files import from_json, to_json
from datakit.pipeline.jobs.champion import Champions, Promotion
from datakit.pipeline.lineage import bearing, lineage
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.tracing import near, trace_row
from datakit.pipeline.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory, tiny_encoder):
    """Give a folder with two runs: one up to the split, one with a model; the test split is a file of its own."""
    project = tmp_path_factory.mktemp("traced")
    odd = [{"id": "empty", "text": "", "label": "ham"}, "no json"]
    write_jsonl(project / "raw.jsonl", [*sms(), *odd])
    write_jsonl(project / "test.jsonl", [{**row, "id": f"test-{i}"} for i, row in enumerate(sms(8))])
    finetune = {"model": str(tiny_encoder), "epochs": 1, "batch_size": 8, "max_length": 32, "learning_rate": 5e-3}
    recipe = parse(
        {
            "source": {"path": "raw.jsonl", "test": "test.jsonl"},
            "augment": {"target": "balanced"},
            "finetune": finetune,
            "evaluate": {"probe": False},
            "accept": ["majority-collapse", "few-training-rows"],
        },
        where="test",
    )
    workspace = Workspace(project)
    bring_up_to(workspace, recipe, "split", command="split")
    outcome = bring_up_to(workspace, recipe, "diagnose", command="finetune")
    assert "evaluate" in outcome.reports
    return workspace


def rows_of(workspace, name):
    """Return a corpus of the latest run."""
    return Corpus.open(workspace.folder_of(workspace.latest().run) / name)


def test_a_row_is_traced_from_its_line_to_the_model(workspace):
    """By its id, the newest run first: split, what was made of it, which model learnt from it."""
    augmented = rows_of(workspace, "augmented.parquet")
    parent = next(one for one in augmented.parents if one)
    trace = trace_row(workspace, parent)
    assert trace.id == parent
    newest, oldest = trace.stations
    line = int(parent.removeprefix("row-")) + 1
    assert (newest.source, newest.place) == (f"raw.jsonl:{line}", "train")
    assert newest.told == ("the model has learnt from it",)
    assert newest.children == augmented.parents.count(parent) > 0
    assert newest.model == lineage(workspace, workspace.latest()).model
    assert (oldest.place, oldest.model, oldest.told) == ("train", None, ("no model was trained: done",))
    assert trace_row(workspace, f"raw.jsonl:{line}") == trace


def test_a_row_that_was_made_names_its_parent_and_its_edits(workspace):
    """Its source is its parent's."""
    augmented = rows_of(workspace, "augmented.parquet")
    id_, parent = next((i, p) for i, p in zip(augmented.ids, augmented.parents, strict=True) if p)
    trace = trace_row(workspace, id_)
    (station,) = trace.stations
    assert trace.made.parent == parent
    assert station.source == trace_row(workspace, parent).stations[0].source
    texts = dict(zip(augmented.ids, augmented.texts, strict=True))
    again, at = "", 0
    for start, stop, text in trace.made.edits:
        again, at = again + texts[parent][at:start] + text, stop
    assert again + texts[parent][at:] == trace.text


def test_what_was_tested_left_out_or_set_aside_says_so(workspace):
    """A test row with the answer; a copy of one with the reason; a row in quarantine, by id or by line."""
    answer = json.loads(
        (workspace.folder_of(workspace.latest().run) / "predictions.jsonl").read_text().splitlines()[0]
    )
    tested = trace_row(workspace, answer["id"]).stations[0]
    assert tested.source.startswith("test.jsonl:")
    assert tested.told[0].endswith(f"said {answer['predicted']}")
    copied = trace_row(workspace, "row-0003").stations[0]
    assert copied.place == "left out"
    assert copied.told[0].startswith("withheld-rows: ")
    for name in ("empty", "raw.jsonl:121"):
        trace = trace_row(workspace, name)
        assert trace.id == "empty"
        assert [station.place for station in trace.stations] == ["quarantine"] * 2
        assert trace.stations[0].told[0].startswith("empty-text: ")
    assert trace_row(workspace, "raw.jsonl:122").stations[0].findings == ("unreadable-line",)


def test_the_beginning_of_an_id_will_do_where_it_is_unique(workspace):
    """Else some that begin so are named; of an unknown one those that are written like it."""
    assert trace_row(workspace, "test-7").id == "test-7"
    with pytest.raises(UsageError, match="rows begin so"):
        trace_row(workspace, "row-000")
    assert trace_row(workspace, "rov-0007") is None
    assert "row-0007" in near(workspace, "rov-0007")
    assert near(Workspace(workspace.project / "elsewhere"), "x") == []


def test_a_run_names_data_code_and_keys_and_how_its_model_fared(workspace):
    """Stage by stage; the history of the champion too."""
    latest = workspace.latest()
    model = lineage(workspace, latest).model
    Champions(workspace).promote(
        Promotion(time="now", event="promoted", run=latest.run, reason="first", model=model)
    )
    told = lineage(workspace, latest)
    assert told.champion
    assert [entry.reason for entry in told.promotions] == ["first"]
    steps = {step.stage: step for step in told.steps}
    assert steps["validate"].outside["train"] == steps["validate"].outside["train"].rpartition(":")[2]
    assert steps["finetune"].inputs["splits"] == steps["split"].outputs["splits"]
    assert steps["split"].status == "hit"
    assert trace_row(workspace, "row-0020").stations[0].champion
    assert from_json(to_json(told), dict)["run"] == latest.run


def test_a_digest_says_what_it_is_of(workspace):
    """Of a model, a key, an artefact, a file, a source; six digits at least."""
    first, latest = workspace.history()
    told = lineage(workspace, latest)
    steps = {step.stage: step for step in told.steps}
    assert bearing(workspace, told.model[:8]) == [(latest, "its model")]
    assert bearing(workspace, steps["finetune"].key) == [(latest, "the key of finetune")]
    assert bearing(workspace, steps["split"].outputs["splits"][:12]) == [
        (latest, "splits of split"),
        (first, "splits of split"),
    ]
    assert bearing(workspace, steps["validate"].outside["train"])[0][1] == "what validate read as train"
    weights = latest.outputs["model"]["model.safetensors"]
    assert bearing(workspace, weights) == [(latest, "model/model.safetensors")]
    assert bearing(workspace, told.model[:5]) == []

"""What several runs have to tell is gathered from their folders."""

from itertools import pairwise

import pytest
from support import sms, write_jsonl

from datakit.core.files import to_json
from datakit.pipeline.chronicling import chronicle_of, several_of
from datakit.pipeline.jobs.champion import Champions, Promotion
from datakit.pipeline.recipe import parse
from datakit.pipeline.runner import bring_up_to
from datakit.pipeline.telling import story_of
from datakit.pipeline.workspace import Workspace


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_encoder):
    """Return a workspace with a run that stopped before training, and two that trained on the same rows."""
    workspace = Workspace(tmp_path_factory.mktemp("trained"))
    write_jsonl(workspace.project / "raw.jsonl", [*sms(), {"id": "empty", "text": " ", "label": "ham"}])
    runs = []
    for target, epochs in (("augment", 1), ("diagnose", 1), ("diagnose", 2)):
        options = {"model": str(tiny_encoder), "epochs": epochs, "batch_size": 8, "learning_rate": 0.005}
        recipe = parse({"source": "raw.jsonl", "seed": 7, "finetune": options}, where="test")
        recipe = recipe.patched({"evaluate": {"probe": False}})
        runs.append(bring_up_to(workspace, recipe, target, command=f"up to {target}").manifest)
    return workspace, runs


def test_runs_on_the_same_test_rows_are_compared(trained):
    """The first is the baseline; all options are there, also those at their default."""
    workspace, (_, first, second) = trained
    found = several_of(workspace, [first, second])
    assert list(found.runs) == ["run 1", "run 2"]
    assert found.comparison["baseline"] == "run 1"
    assert [one["arm"] for one in found.comparison["tables"][0]["differences"]] == ["run 2"]
    assert [options["finetune"]["epochs"] for options in found.options] == [1, 2]
    assert {options["split"]["test"] for options in found.options} == {0.1}


def test_why_runs_cannot_be_compared_is_told(trained):
    """A run that did not come so far has no predictions."""
    workspace, (bare, first, _) = trained
    found = several_of(workspace, [first, bare])
    assert found.comparison is None
    assert "no predictions" in found.why_not


def test_a_line_tells_how_far_a_run_came(trained):
    """Rows and new rows, findings by severity, figures where there are any, and on which test rows."""
    workspace, manifests = trained
    bare, first, second = chronicle_of(workspace).lines
    assert [line.run for line in (bare, first, second)] == [manifest.run for manifest in manifests]
    assert (bare.rows, bare.train, bare.test) == (120, 96, 12)
    assert (bare.macro_f1, bare.linear) == (None, None)
    assert first.macro_f1_interval[0] <= first.macro_f1 <= first.macro_f1_interval[1]
    assert first.linear > 0.5
    assert bare.tested_on == first.tested_on == second.tested_on != ""
    assert bare.findings["warning"] > 0
    assert not bare.reported


def test_promotions_and_jobs_are_part_of_the_chronicle(trained):
    """The log, the champion that stands, and what became of each job's last call."""
    workspace, (_, first, _) = trained
    Champions(workspace).promote(Promotion(time="2025", event="promoted", run=first.run, reason="the first"))
    (workspace.root / "jobs").mkdir()
    (workspace.root / "jobs" / "nightly.json").write_bytes(to_json({"job": "nightly", "outcome": "promoted"}))
    chronicle = chronicle_of(workspace)
    assert chronicle.champion == first.run
    assert [(one["event"], one["run"]) for one in chronicle.promotions] == [("promoted", first.run)]
    assert [one["job"] for one in chronicle.jobs] == ["nightly"]


def test_the_area_under_a_curve_is_the_one_that_was_measured(trained):
    """The points of a precision-recall curve are those of average precision."""
    workspace, (_, first, _) = trained
    story = story_of(workspace, first)
    assert set(story.precision_recall) == {"ham", "spam"}
    for label, curve in story.precision_recall.items():
        area = sum((recall - before) * precision for (before, _), (recall, precision) in pairwise(curve))
        assert area == pytest.approx(story.metrics["model"]["per_class"][label]["pr_auc"], abs=1e-3)


def test_a_story_tells_tokens_quarantine_and_tries(trained):
    """Tokens of the rows of train beside the limit; rows that were set aside, by code."""
    workspace, (_, first, _) = trained
    story = story_of(workspace, first)
    assert sum(story.tokens.lengths.values()) == 96
    assert (story.tokens.limit, story.tokens.long_texts) == (256, "head")
    assert story.quarantine == {"empty-text": 1}
    assert {stage.again for stage in story.stages} == {0}
    assert story.recipe["seed"] == 7


def test_without_a_tokenizer_there_are_no_tokens(trained):
    """A run that did not train a model of one's own has none on this disk."""
    workspace, (bare, *_) = trained
    assert story_of(workspace, bare).tokens is None

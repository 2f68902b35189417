"""Comparison of runs from their predictions, and of arms that are run with a tiny encoder."""

import json

import pytest
from support import sms, write_jsonl

from datakit.core.errors import InputError, UsageError
from datakit.core.files import from_json
from datakit.pipeline.arms import arms_of
from datakit.pipeline.comparing import FILE, compare_arms, compare_runs
from datakit.pipeline.recipe import parse
from datakit.pipeline.verdict import Comparison
from datakit.pipeline.workspace import Workspace


@pytest.fixture
def workspace(project):
    """Give a workspace in a folder that holds raw.jsonl."""
    return Workspace(project)


def predictions(folder, name, wrong, rows=range(100)):
    """Write predictions on the rows, every fifth `spam`, those in `wrong` mistaken."""
    lines = []
    for i in rows:
        label, other = ("ham", "spam") if i % 5 else ("spam", "ham")
        lines.append({"id": f"row-{i}", "label": label, "predicted": other if i in wrong else label})
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_two_files_are_compared_row_by_row(workspace):
    """By id, whatever their order."""
    bad = predictions(workspace.project, "bad.jsonl", set(range(0, 100, 3)), reversed(range(100)))
    good = predictions(workspace.project, "good.jsonl", {7, 10})
    found = compare_runs(workspace, [f"bad={bad}", f"good={good}"])
    (one,) = found.tables[0].differences
    assert (one.baseline, one.arm, one.outcome, found.rows, found.seeds) == ("bad", "good", "better", 100, 1)
    assert found.tables[1].figure == "recall of 'spam'"
    assert found.tables[1].differences[0].arm_mean == 0.95
    assert found.mcnemar["good"] < 0.001


def test_several_seeds_an_arm(workspace):
    """Named groups; the seeds' luck counts."""
    names = [predictions(workspace.project, f"{i}.jsonl", set(range(i, 100, 4))) for i in range(6)]
    found = compare_runs(workspace, [f"a={','.join(names[:3])}", f"b={','.join(names[3:])}"])
    assert found.seeds == 3
    assert found.tables[0].differences[0].outcome == "no difference"
    assert found.mcnemar == {}


def test_other_test_rows_are_told_and_not_passed_over(workspace):
    """How many differ; with `common` the shared ones are compared."""
    first = predictions(workspace.project, "a.jsonl", {1, 2})
    second = predictions(workspace.project, "b.jsonl", {3}, range(10, 130))
    with pytest.raises(UsageError, match=r"lacks 10 of the 100 test rows of .*a.jsonl, and has 30 others"):
        compare_runs(workspace, [first, second])
    assert compare_runs(workspace, [first, second], common=True).rows == 90
    apart = predictions(workspace.project, "c.jsonl", {3}, range(500, 600))
    with pytest.raises(UsageError, match="no row is in all"):
        compare_runs(workspace, [first, apart], common=True)


def test_rows_that_are_labelled_otherwise_are_told(workspace):
    """The truth must be one."""
    first = predictions(workspace.project, "a.jsonl", {1, 2})
    text = (workspace.project / "a.jsonl").read_text().replace('"label": "spam"', '"label": "ham"')
    (workspace.project / "b.jsonl").write_text(text)
    with pytest.raises(UsageError, match="20 test rows are labelled otherwise"):
        compare_runs(workspace, [first, str(workspace.project / "b.jsonl")])


@pytest.mark.parametrize(
    ("groups", "got"),
    [
        (["x"], "1 to compare"),
        (["x", "x"], "'x'"),
        (["a=1,2", "b=3"], "different sizes"),
        (["a=1,", "b=2"], "'a=1,'"),
    ],
)
def test_calls_that_cannot_be_followed(workspace, groups, got):
    """Are told before anything is read."""
    with pytest.raises(UsageError) as caught:
        compare_runs(workspace, groups)
    assert got in str(caught.value)


def test_files_without_predictions_are_told(workspace):
    """With the line; so is a run that is not there."""
    good = predictions(workspace.project, "a.jsonl", {1})
    with pytest.raises(InputError, match=r"raw.jsonl:1: no prediction"):
        compare_runs(workspace, [good, "raw.jsonl"])
    with pytest.raises(UsageError, match="no runs of that name"):
        compare_runs(workspace, [good, "2026"])
    with pytest.raises(UsageError, match="no predictions"):
        compare_runs(workspace, [good, "latest"])


def test_sets_of_labels_are_compared(workspace):
    """Rows with several labels, as `evaluate` writes them; a model may give none."""
    for name, given in (("a", []), ("b", ["x", "y"])):
        rows = [{"id": str(i), "label": ["x", "y"] if i % 2 else ["y"], "predicted": given} for i in range(60)]
        (workspace.project / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = compare_runs(workspace, ["a", "b"])
    assert found.tables[0].differences[0].outcome == "better"
    assert found.tables[1].figure == "recall of 'x'"


def test_arms_are_taught_once_and_a_broken_comparison_goes_on(workspace, tiny_encoder):
    """Thresholds use the plain arm's models; what was done before the break is not done again."""
    write_jsonl(workspace.project / "raw.jsonl", sms(60))
    options = {"model": str(tiny_encoder), "max_length": 32, "epochs": 1}
    recipe = parse({"source": "raw.jsonl", "finetune": options, "workers": 1}, where="test")
    arms = arms_of(["plain", "threshold", "duplicate", "synonym"])
    taught = []

    def listener(event):
        if event.kind == "ran" and "seed" in event.stage:
            taught.append(event.stage.partition(" ")[2])
        if len(taught) == 1 and event.kind == "started":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_arms(workspace, recipe, arms, 1, command="test", listener=listener)
    assert taught == ["plain, seed 13"]
    taught.append("the break")
    outcome, found = compare_arms(workspace, recipe, arms, 1, command="test", listener=listener)
    again = compare_arms(workspace, recipe, arms, 1, command="test", listener=listener)
    assert taught[2:] == ["duplicate, seed 13", "synonym, seed 13"]
    assert again[1] == found == from_json((outcome.folder / FILE).read_bytes(), Comparison)
    assert found.arms == ("plain", "threshold", "duplicate", "synonym")
    assert found.learnt_from["plain"] == found.learnt_from["threshold"] == 48
    assert found.learnt_from["duplicate"] > found.learnt_from["plain"]
    assert [one.arm for one in found.against_remedies.differences] == ["synonym"]

"""What is removed with old runs."""

from datakit.pipeline.jobs.pruning import prune
from datakit.pipeline.workspace import Manifest, Standing, Workspace


def run_with(workspace, run, command, content):
    """Write a run whose one artefact has this content."""
    path = workspace.root / "new"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    kept = workspace.store.keep(path)
    standing = Standing(stage="validate", status="ran", key=run, parts={}, outputs={"usable": kept}, seconds=0)
    manifest = Manifest(run=run, created="", command=command, version="", recipe={}, stages=(standing,))
    workspace.write(manifest)
    return workspace.root / "objects" / kept[""][:2] / kept[""]


def test_only_old_runs_of_the_job_go_with_what_only_they_hold(tmp_path):
    """The champion's stays, and so do what a person ran, and an object that a younger run has too."""
    workspace = Workspace(tmp_path)
    ours = "job run nightly"
    own = run_with(workspace, "1", ours, "only here")
    shared = run_with(workspace, "2", ours, "here and there")
    run_with(workspace, "3", "validate raw.jsonl", "of a person")
    champion = run_with(workspace, "4", ours, "champion")
    run_with(workspace, "5", ours, "here and there")
    assert prune(workspace, ours, 1, ["4"]) == ("1", "2")
    assert [run.run for run in workspace.history()] == ["3", "4", "5"]
    assert not own.exists()
    assert shared.exists()
    assert champion.exists()

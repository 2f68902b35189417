"""The workspace."""

import pytest

from datakit.core.errors import UsageError
from datakit.pipeline.recipe import parse
from datakit.pipeline.workspace import Manifest, Workspace


def manifest(run: str, **changes) -> Manifest:
    """Return a finished run."""
    return Manifest(
        **{
            "run": run,
            "created": "2026-01-01T00:00:00+00:00",
            "command": "x",
            "version": "0",
            "recipe": {},
            "outcome": "done",
            **changes,
        }
    )


def test_what_was_given_is_remembered(tmp_path):
    """Source and options, as YAML that a person can read."""
    workspace = Workspace(tmp_path)
    recipe = parse({"source": "räw.jsonl", "seed": 5}, where="x")
    workspace.remember(recipe)
    assert workspace.recipe() == recipe
    assert "räw.jsonl" in (tmp_path / ".datakit" / "recipe.yaml").read_text(encoding="utf-8")


def test_an_empty_folder_says_what_to_type(tmp_path):
    """The first command is validate."""
    with pytest.raises(UsageError, match="datakit validate"):
        Workspace(tmp_path).recipe()
    assert Workspace(tmp_path).latest() is None


def test_a_run_is_found_by_the_beginning_of_its_name(tmp_path):
    """A unique beginning will do; an ambiguous or unknown one is told."""
    workspace = Workspace(tmp_path)
    for run in ("20260101T000000Z-aaaaaa", "20260101T000000Z-bbbbbb"):
        workspace.write(manifest(run))
    assert workspace.manifest("20260101T000000Z-a").run.endswith("aaaaaa")
    with pytest.raises(UsageError, match="2 runs"):
        workspace.manifest("2026")
    with pytest.raises(UsageError, match="no runs"):
        workspace.manifest("1999")
    workspace.make_latest("20260101T000000Z-aaaaaa")
    assert workspace.latest() == workspace.manifest("20260101T000000Z-aaaaaa")


@pytest.mark.parametrize(
    ("outcome", "complete"),
    [("done", True), ("gate failed: validate", True), ("running", False), ("interrupted: finetune", False)],
)
def test_a_broken_off_run_is_not_complete(outcome, complete):
    """Only what ran to its end, or to a gate, counts as the state of the workspace."""
    assert manifest("x", outcome=outcome).complete is complete

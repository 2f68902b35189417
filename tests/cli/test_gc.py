"""`datakit gc`."""

import json

from datakit.cli.main import run
from datakit.pipeline.lock import locked
from datakit.pipeline.workspace import Workspace


def test_old_runs_go_and_what_was_freed_is_said(project, capsys):
    """--dry-run only says it; the latest stays and still is up to date; nothing is done beside another command."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    for seed in ("1", "2"):
        assert run(["split", "--seed", seed, "--quiet"]) == 0
    workspace = Workspace(project)
    first, second, latest = (manifest.run for manifest in workspace.history())
    assert run(["gc", "--keep", "1", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["runs"], told["kept"]) == ([first, second], [latest])
    assert len(list(workspace.history())) == 3
    assert run(["gc", "--keep", "1"]) == 0
    out = capsys.readouterr().out
    assert f"kept     {latest}  the latest" in out
    assert f"removed  {first}" in out
    assert f"{told['bytes']:,} bytes freed: runs 2" in out
    assert [manifest.run for manifest in workspace.history()] == [latest]
    assert run(["split"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert run(["gc"]) == 0
    assert "0 bytes freed\n" in capsys.readouterr().out
    with locked(workspace.lock, "test"):
        assert run(["gc"]) == 5

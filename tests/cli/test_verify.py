"""`datakit verify`."""

import json

from datakit.cli.main import run
from datakit.pipeline.workspace import Workspace


def test_damage_is_found_mended_and_made_anew(project, capsys):
    """Exit code 3 while anything is wrong; whose it is, and what to do."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["verify"]) == 0
    assert "all as they were" in capsys.readouterr().out
    (folder,) = (project / ".datakit" / "runs").iterdir()
    edited = folder / "usable" / "train.parquet"
    edited.chmod(0o644)
    edited.write_bytes(b"mine")
    assert run(["verify"]) == 3
    out = capsys.readouterr().out
    assert "damaged: .datakit/objects/" in out
    assert f"of {folder.name} validate usable/train.parquet" in out
    assert "datakit verify --mend" in out
    assert run(["verify", "--json", "--mend"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert [fault["kind"] for fault in told["faults"]] == ["damaged"]
    assert len(told["mended"]["removed"]) == 2
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["verify", "--mend"]) == 3
    assert "none is needed any more" in capsys.readouterr().out
    assert run(["verify"]) == 0
    assert len(list(Workspace(project).history())) == 2

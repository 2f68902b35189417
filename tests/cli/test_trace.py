"""`datakit trace`."""

import json

import pytest

from datakit.cli.main import run
from datakit.core.corpus import Corpus
from datakit.pipeline.workspace import Workspace


def test_rows_runs_and_digests_are_traced(project, capsys):
    """As people read it, and as JSON; several runs, and what is unknown, are told with what is near."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["augment", "--target", "balanced", "--quiet"]) == 0
    folder = Workspace(project).folder_of(Workspace(project).latest().run)
    row = next(row for row in Corpus.open(folder / "augmented.parquet").rows() if row["parent"])
    assert run(["trace", row["id"]]) == 0
    out = capsys.readouterr().out
    assert f"made from  row {row['parent']}, by {row['op']}, number {row['k']} of its stream" in out
    assert f"source  raw.jsonl:{int(row['parent'][4:]) + 1}\n" in out
    assert run(["trace", "raw.jsonl:7", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["row"]["id"] == "row-0006"
    latest = Workspace(project).latest()
    assert run(["trace", latest.run]) == 0
    out = capsys.readouterr().out
    assert "command   datakit" in out
    assert "augment" in out
    key = latest.stages[0].key
    assert run(["trace", key[:10], "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["as"] for one in told["named"]] == ["the key of validate"] * 2
    assert told["lineage"]["run"] == latest.run
    assert run(["trace", latest.run[:4]]) == 2
    assert "2 runs begin so" in capsys.readouterr().err
    assert run(["trace", "row-00x3"]) == 2
    assert "near: row-0" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
def test_where_nothing_was_run_there_is_nothing_to_trace(capsys):
    """And that is said."""
    assert run(["trace", "row-0001"]) == 2
    assert "nothing was run here" in capsys.readouterr().err

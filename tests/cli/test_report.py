"""`datakit report` as it is typed."""

import re
from pathlib import Path

import pytest

from datakit.cli.main import run


@pytest.fixture
def runs(project, capsys) -> list[str]:
    """Give a folder with two runs, neither of which has come to a model; return their ids."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["split", "--quiet"]) == 0
    capsys.readouterr()
    return sorted(path.name for path in (project / ".datakit" / "runs").iterdir())


def written(capsys) -> tuple[str, str]:
    """Return where something was written, seen from the folder, and what."""
    path = Path(capsys.readouterr().out.strip())
    return path.relative_to(Path.cwd()).as_posix(), path.read_text(encoding="utf-8")


def test_one_several_or_all(runs, capsys):
    """A run has its report in its folder; several, and all of them, have theirs beside the runs."""
    assert run(["report", runs[0]]) == 0
    where, page = written(capsys)
    assert where == f".datakit/runs/{runs[0]}/report.html"
    assert "datakit report" in page
    assert run(["report", *runs]) == 0
    where, page = written(capsys)
    assert where == ".datakit/comparison.html"
    assert "Not compared" in page
    assert run(["report", "--index"]) == 0
    where, page = written(capsys)
    assert where == ".datakit/index.html"
    assert re.findall(r'href="(\w[^"]*)"', page)[1:] == [f"runs/{runs[0]}/report.html"]


def test_links_lead_to_the_runs_from_wherever_the_index_stands(runs, capsys, project):
    """It may be written somewhere else."""
    run(["report", runs[0]])
    capsys.readouterr()
    (project / "a b").mkdir()
    assert run(["report", "--index", "--output", "a b/all.html"]) == 0
    _, page = written(capsys)
    assert f'href="../.datakit/runs/{runs[0]}/report.html"' in page


@pytest.mark.usefixtures("project")
def test_calls_that_make_no_sense(capsys):
    """Nothing is there yet; runs are named beside all of them."""
    assert run(["report", "--index"]) == 2
    assert "no run here yet" in capsys.readouterr().err
    assert run(["report", "--index", "abc"]) == 2
    assert "leave them out" in capsys.readouterr().err

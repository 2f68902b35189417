"""`datakit plan`."""

import json

import pytest

from datakit.cli.main import run


@pytest.mark.usefixtures("project")
def test_why_a_stage_would_run(capsys):
    """What of its key differs, then and now; where it is up to date; a name that is nearly right."""
    assert run(["validate", "raw.jsonl", "--quiet"]) == 0
    assert run(["plan"]) == 0
    out = capsys.readouterr().out
    assert "validate   up to date" in out
    assert "split      would run   never run here" in out
    assert run(["plan", "--why", "validate"]) == 0
    assert "as in  run 2" in capsys.readouterr().out
    with open("raw.jsonl", "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write('{"id": "new", "text": "one more", "label": "ham"}\n')
    assert run(["plan", "--why", "validate"]) == 0
    out = capsys.readouterr().out
    assert "compared with  run 2" in out
    (line,) = (line for line in out.splitlines() if line.startswith("outside.train"))
    assert len({part for part in line.split() if part.startswith(".jsonl:")}) == 2
    assert run(["plan", "--why", "split", "--json"]) == 0
    (split,) = json.loads(capsys.readouterr().out)["stages"]
    assert (split["stage"], split["key"], split["why"]) == ("split", None, ["validate runs first"])
    assert run(["plan", "--why", "splitt"]) == 2
    assert "did you mean 'split'?" in capsys.readouterr().err

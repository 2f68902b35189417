"""How progress is told."""

import json

import pytest

from datakit.cli import _progress
from datakit.cli._progress import Pace, progress
from datakit.cli.main import run
from datakit.core.errors import UsageError
from datakit.pipeline.events import Event


def steps(*done, total=100):
    """Return events of a stage that has done so much."""
    return [Event(stage="finetune", kind="progress", done=n, total=total, note="loss 0.5") for n in done]


def lines(events, capsys, monkeypatch, **options):
    """Tell events, a second between them; return what was written."""
    now = 0.0
    monkeypatch.setattr(_progress.time, "monotonic", lambda: now)
    with progress(silent=False, **options) as listener:
        for event in events:
            now += 1
            listener(event)
    return capsys.readouterr().err.splitlines()


def test_what_is_left_is_told_from_the_pace(monkeypatch):
    """What a resumed training did before counts nothing; without a step done nobody knows."""
    now = 0.0
    monkeypatch.setattr(_progress.time, "monotonic", lambda: now)
    pace, (first, second) = Pace(), steps(50, 60)
    assert pace.left(first) is None
    now = 10.0
    assert pace.left(second) == 40.0
    assert pace.left(Event(stage="finetune", kind="retrying")) is None
    assert pace.left(second) is None


def test_a_machine_gets_an_object_a_line(capsys, monkeypatch):
    """With time, stage, done, total and what is left in seconds."""
    events = [Event(stage="finetune", kind="started"), *steps(*range(50, 61)), Event(stage="finetune", kind="ran")]
    told = [json.loads(line) for line in lines(events, capsys, monkeypatch, log="json")]
    assert [one["kind"] for one in told] == ["started", "progress", "progress", "ran"]
    assert [(one["done"], one["total"], one["eta"]) for one in told] == [
        (None, None, None),
        (54, 100, 46.0),
        (59, 100, 41.0),
        (None, None, None),
    ]
    assert set(told[0]) == {"time", "stage", "kind", "done", "total", "eta", "seconds", "note"}


def test_a_log_gets_a_line_now_and_then(capsys, monkeypatch):
    """Where there is no terminal, or text is asked for by the environment."""
    monkeypatch.setenv("DATAKIT_LOG", "text")
    retrying = Event(stage="finetune", kind="retrying", note="try 1 of 3 failed")
    events = [Event(stage="finetune", kind="started"), *steps(*range(1, 40)), retrying]
    assert lines(events, capsys, monkeypatch) == [
        "finetune: started",
        "finetune: 30 of 100 · 1 min left · loss 0.5",
        "finetune: try 1 of 3 failed",
    ]


def test_an_unknown_way_is_refused(monkeypatch):
    """With what was probably meant."""
    monkeypatch.setenv("DATAKIT_LOG", "jsn")
    with pytest.raises(UsageError, match="did you mean 'json'"), progress(silent=False):
        pass


@pytest.mark.usefixtures("project")
def test_json_logs_and_json_results_go_together(capsys):
    """The log to standard error, the result to standard output; --quiet silences both logs and bars."""
    assert run(["validate", "raw.jsonl", "--json", "--log", "json"]) == 0
    captured = capsys.readouterr()
    assert [json.loads(line)["kind"] for line in captured.err.splitlines()] == ["started", "ran"]
    assert json.loads(captured.out)["outcome"] == "done"
    assert run(["split", "--quiet", "--log", "json"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.usefixtures("project")
def test_logs_name_rows_and_never_quote_them(project, capsys):
    """Neither the log of a run nor that on the terminal holds a text."""
    with (project / "raw.jsonl").open("a") as file:
        file.write('{"id": "odd", "text": "very secret words", "label": 3}\nsecret {\n')
    run(["split", "--log", "json", "--quiet"])
    run(["validate", "raw.jsonl", "--log", "json"])
    (events,) = (project / ".datakit" / "runs").glob("*/events.jsonl")
    assert "secret" not in capsys.readouterr().err
    assert "secret" not in events.read_text()

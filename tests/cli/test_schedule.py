"""`datakit schedule` as it is typed."""

import json
import signal
import subprocess
import sys
import time

import pytest
from support import write_jsonl

from datakit.cli.main import run


@pytest.fixture
def recipe(project):
    """Give a recipe that is due every second, of a source that is not there."""
    (project / "pipelines").mkdir()
    path = project / "pipelines" / "often.yaml"
    path.write_text("source: nowhere.jsonl\njob: {schedule: '* * * * * *', overlap: skip}\n", encoding="utf-8")
    return path


def test_the_loop_starts_the_job_writes_down_how_it_ended_and_stops_when_told(project, recipe):
    """With the machine's own clock: exit code 2, times that come meanwhile skipped; SIGTERM ends it with 130."""
    assert recipe.exists()
    loop = subprocess.Popen(
        [sys.executable, "-m", "datakit", "schedule", "run"], cwd=project, stderr=subprocess.PIPE, text=True
    )
    log = project / ".datakit" / "schedule" / "often.jsonl"
    until = time.monotonic() + 60
    while time.monotonic() < until and (not log.exists() or '"ran"' not in log.read_text()):
        time.sleep(0.1)
    held = subprocess.run(
        [sys.executable, "-m", "datakit", "schedule", "run"], cwd=project, capture_output=True, check=False
    )
    loop.send_signal(signal.SIGTERM)
    _, told = loop.communicate(timeout=30)
    assert loop.returncode == 130
    assert held.returncode == 5
    entries = [json.loads(line) for line in log.read_text().splitlines()]
    ran = [entry for entry in entries if entry["state"] == "ran"]
    assert {entry["exit_code"] for entry in ran} == {2}
    assert len({entry["due"] for entry in ran}) == len(ran)
    assert "nowhere.jsonl" in told
    assert "often: next " in told


def test_show_and_export(project, recipe, capsys):
    """What is next, in the job's own zone; files as text or into a folder."""
    recipe.write_text(
        "source: raw.jsonl\njob: {schedule: '0 3 * * *', timezone: Europe/Berlin}\n", encoding="utf-8"
    )
    assert run(["schedule", "show", "-n", "2"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("03:00:00 CE") == 2
    assert run(["schedule", "export", "often", "--systemd", "--to", "units"]) == 0
    assert {path.suffix for path in (project / "units").iterdir()} == {".service", ".timer"}
    assert "pipelines/often.yaml" in (project / "units" / "datakit-often.service").read_text()
    capsys.readouterr()
    assert run(["schedule", "export", "often", "--k8s"]) == 0
    assert "kind: CronJob" in capsys.readouterr().out


def test_what_has_no_schedule_cannot_be_scheduled(project, recipe, capsys):
    """By name, or none in the folder at all; an export needs a scheduler."""
    write_jsonl(project / "raw.jsonl", [])
    recipe.write_text("source: raw.jsonl\n", encoding="utf-8")
    for arguments in (["run"], ["run", "often"], ["export", "often", "--cron"], ["show"]):
        assert run(["schedule", *arguments]) == 2
        assert "no schedule" in (err := capsys.readouterr().err) or "no recipe with a schedule" in err
    assert run(["schedule", "export", "often"]) == 2
    assert "--systemd or --cron" in capsys.readouterr().err

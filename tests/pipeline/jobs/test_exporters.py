"""Files for other schedulers, judged by these where they are installed."""

import fcntl
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path

import pytest
import yaml

from datakit.core.errors import UsageError
from datakit.pipeline.jobs.exporters import EXPORTERS, Export, files_for
from datakit.pipeline.jobs.schedule import Scheduled
from datakit.pipeline.recipe import JobOptions


def export(schedule="0 3 * * *", project="/srv/spam filter 100%", **options):
    """Return what is to be written for a job in a folder with an awkward name."""
    recipe = Path("pipelines/nightly.yaml")
    job = Scheduled(name="nightly", recipe=recipe, options=JobOptions(schedule=schedule, **options))
    return Export(job=job, project=Path(project), python="/usr/bin/python3")


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")


@needs_systemd
def test_systemd_takes_the_units(tmp_path):
    """systemd-analyze finds no fault with them; what the job says is in them."""
    project = tmp_path / "spam filter"
    project.mkdir()
    exported = export(project=str(project), timezone="Europe/Berlin", webhook_env="HOOK", timeout=7200, retries=2)
    files = files_for("systemd", exported)
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    paths = [str(tmp_path / name) for name in files]
    done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert (done.returncode, done.stderr) == (0, "")
    service, timer = files["datakit-nightly.service"], files["datakit-nightly.timer"]
    for line in (
        "RuntimeMaxSec=7200",
        "RestartForceExitStatus=75",
        "StartLimitBurst=3",
        f"WorkingDirectory={project}",
    ):
        assert f"\n{line}\n" in service
    assert f"EnvironmentFile=-{project}/nightly.env" in service
    assert "\nOnCalendar=*-*-* 03:00:00 Europe/Berlin\nPersistent=true\n" in timer
    skipping = files_for("systemd", export(missed="skip"))["datakit-nightly.timer"]
    assert "Persistent=false" in skipping
    assert "WorkingDirectory=/srv/spam filter 100%%\n" in files_for("systemd", export())["datakit-nightly.service"]


@needs_systemd
@pytest.mark.parametrize(
    "schedule",
    ["0 3 * * *", "*/15 9-17 * * MON-FRI", "0 0 1,15 * 3", "30 2 */2 * 1", "0 4 * * 0", "5 4 * * 7", "0 0 29 2 *"],
)
def test_a_timer_elapses_when_cron_would(schedule):
    """Up to where systemd was asked, its times are cron's; also where cron means day of month or of week."""
    timer = files_for("systemd", export(schedule))["datakit-nightly.timer"]
    begin = datetime(2026, 11, 1, tzinfo=UTC)
    elapsed = [elapses(event, begin) for event in re.findall(r"OnCalendar=(.*)", timer)]
    horizon = min(moments[-1] for moments in elapsed)
    wanted = list(takewhile(lambda due: due <= horizon, export(schedule).job.due(begin)))
    assert len(wanted) >= 4
    assert sorted({moment for moments in elapsed for moment in moments if moment <= horizon}) == wanted


def elapses(event, begin):
    """Return the next times of a calendar event, by systemd."""
    asked = ["--iterations=12", f"--base-time={begin:%Y-%m-%d %H:%M:%S} UTC", event]
    told = subprocess.run(  # noqa: S603
        ["systemd-analyze", "calendar", *asked],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    moments = re.findall(r"(?:elapse|#\d+): \w+ ([\d-]+ [\d:]+) UTC", told)
    return [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in moments]


def test_the_crontab_guards_against_overlap_and_hanging(tmp_path):
    """Its command works as written: with a lock that is held it exits with 5, with a job that hangs with 124."""
    (line,) = files_for("cron", export(timeout=1))["datakit-nightly.crontab"].splitlines()[-1:]
    assert line.startswith("0 3 * * * cd '/srv/spam filter 100\\%' && flock --nonblock ")
    assert "CRON_TZ=UTC\n" in files_for("cron", export())["datakit-nightly.crontab"]
    project = tmp_path / "spam filter"
    (project / "pipelines").mkdir(parents=True)
    (project / "pipelines" / "nightly.yaml").touch()
    hanging = tmp_path / "python3"
    hanging.write_text("#!/bin/sh\nexec sleep 30\n")
    hanging.chmod(0o755)
    job = export(project=str(project), timeout=1).job
    tabled = files_for("cron", Export(job=job, project=project, python=str(hanging)))["datakit-nightly.crontab"]
    command = tabled.splitlines()[-1].removeprefix("0 3 * * * ").replace(r"\%", "%")
    first = subprocess.Popen(["sh", "-c", command])  # noqa: S603, S607
    with (project / "pipelines" / "nightly.yaml").open() as recipe:
        while not held(recipe):
            time.sleep(0.01)
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 5  # noqa: S603, S607
    assert first.wait(20) == 124


def held(file):
    """Tell whether somebody else has the lock of a file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False


def test_the_cron_job_of_kubernetes():
    """Parsed YAML: never two at once, retries on 75 alone, the secret from a secret."""
    (content,) = files_for("k8s", export(timezone="Europe/Berlin", webhook_env="HOOK", missed="skip")).values()
    cron_job = yaml.safe_load(content)
    spec = cron_job["spec"]
    assert (cron_job["apiVersion"], cron_job["kind"]) == ("batch/v1", "CronJob")
    assert (spec["schedule"], spec["timeZone"], spec["concurrencyPolicy"]) == (
        "0 3 * * *",
        "Europe/Berlin",
        "Forbid",
    )
    assert spec["startingDeadlineSeconds"] == 60
    job = spec["jobTemplate"]["spec"]
    assert job["podFailurePolicy"]["rules"][0]["onExitCodes"] == {"operator": "NotIn", "values": [75]}
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    (container,) = job["template"]["spec"]["containers"]
    assert container["command"] == ["datakit", "job", "run", "pipelines/nightly.yaml"]
    assert container["env"][0]["valueFrom"]["secretKeyRef"]["key"] == "HOOK"


def test_the_dag_of_airflow_compiles():
    """With the job's schedule and zone, never two at once."""
    (source,) = files_for("airflow", export(timezone="Europe/Berlin")).values()
    compile(source, "dag.py", "exec")
    for line in ("max_active_runs=1", "catchup=False", "schedule='0 3 * * *'", "tz='Europe/Berlin'"):
        assert line in source


@pytest.mark.parametrize("scheduler", EXPORTERS)
@pytest.mark.parametrize("schedule", [None, "0 0 L * *", "0 0 * * FRI#2", "0 0 * * 5L", "30 0 3 * * *"])
def test_what_another_scheduler_would_read_otherwise_is_refused(scheduler, schedule):
    """No schedule, last days, n-th weekdays, seconds."""
    with pytest.raises(UsageError, match="schedule"):
        files_for(scheduler, export(schedule))


def test_names_are_such_as_kubernetes_takes():
    """Small letters, digits, hyphens."""
    job = Scheduled(name="DistilBERT_imdb 2", recipe=Path("a.yaml"), options=JobOptions(schedule="0 3 * * *"))
    (file,) = files_for("k8s", Export(job=job, project=Path("/srv"), python="python"))
    assert file == "datakit-distilbert-imdb-2.yaml"


def test_july_is_no_last_day():
    """Names of months and days are read alike everywhere."""
    assert "*-07-01" in files_for("systemd", export("0 0 1 JUL *"))["datakit-nightly.timer"]

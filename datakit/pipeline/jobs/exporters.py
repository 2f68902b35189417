"""A job's schedule as files for systemd, cron, Kubernetes and Airflow; each of them calls `datakit job run`.

All keep to the job's options as far as the other scheduler can, and what it cannot is said in the file.
"""

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import yaml

from datakit import __version__
from datakit.core.errors import Problem, UsageError
from datakit.pipeline.jobs.process import GRACE, command_of
from datakit.pipeline.jobs.schedule import IN_USE, TIMED_OUT, TRY_AGAIN, Scheduled

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NOT_PROMOTED = 4
_MISSED_FOR = 86_400  # seconds for which Kubernetes makes up for a missed start; it gives up after 100 in any case
_AT_ONCE = 60  # seconds, where nothing is made up for


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What is to be written, and for where."""

    job: Scheduled
    project: Path  #: the workspace's folder, absolute
    python: str  #: the interpreter that has datakit

    @property
    def name(self) -> str:
        """What the job is called there: small letters, digits and hyphens, as Kubernetes wants it."""
        return re.sub(r"[^a-z0-9]+", "-", f"datakit-{self.job.name}".lower()).strip("-")

    @property
    def command(self) -> list[str]:
        """What is run in the project's folder."""
        return command_of(self.job, self.python)


def files_for(scheduler: str, export: Export) -> dict[str, str]:
    """Return the files for a scheduler (`systemd`, `cron`, `k8s`, `airflow`), by name.

    Raises:
        UsageError: the job has no schedule, or one that only datakit and Quartz understand.
    """
    schedule = export.job.options.schedule
    problems = []
    if schedule is None:
        problems.append(("no schedule", "add job: {schedule: '0 3 * * *'} to the recipe"))
    elif not _plain(schedule):
        fix = "write five fields without L, W and #, or let datakit schedule run start it"
        problems.append((f"schedule {schedule!r}, which {scheduler} does not read as datakit does", fix))
    if problems:
        raise UsageError(*(Problem(where=str(export.job.recipe), got=got, fix=fix) for got, fix in problems))
    return EXPORTERS[scheduler](export)


def systemd(export: Export) -> dict[str, str]:
    """Return a service and its timer: no second run beside the first, one that was missed is made up for."""
    options = export.job.options
    secrets = export.project / f"{export.job.name}.env"
    environment = (
        f"# {options.webhook_env}=…\nEnvironmentFile=-{_verbatim(secrets)}\n" if options.webhook_env else ""
    )
    service = f"""\
[Unit]
Description=datakit job {export.job.name}
# So many starts at most for each time that is due.
StartLimitIntervalSec={_least_gap(export.job) // 2}
StartLimitBurst={options.retries + 1}

[Service]
Type=exec
WorkingDirectory={_verbatim(export.project)}
{environment}ExecStart={" ".join(map(_quoted, export.command))}
RuntimeMaxSec={options.timeout}
KillMode=control-group
# Not promoted is an answer, not a failure. Only "try again later" is tried again.
SuccessExitStatus={_NOT_PROMOTED}
RestartForceExitStatus={TRY_AGAIN}
RestartSec=60
"""
    calendar = "\n".join(f"OnCalendar={when}" for when in _calendar(export.job))
    timer = f"""\
[Unit]
Description=when datakit job {export.job.name} is due

[Timer]
{calendar}
Persistent={"true" if options.missed == "run-once" else "false"}
AccuracySec=1s

[Install]
WantedBy=timers.target
"""
    return {f"{export.name}.service": service, f"{export.name}.timer": timer}


def cron(export: Export) -> dict[str, str]:
    """Return a crontab. cron knows neither locks nor time limits: flock and timeout stand in."""
    options = export.job.options
    limit = ["timeout", f"--kill-after={GRACE:g}", str(options.timeout)]
    guard = ["flock", "--nonblock", f"--conflict-exit-code={IN_USE}", str(export.job.recipe)]
    line = f"cd {shlex.quote(str(export.project))} && {shlex.join([*guard, *limit, *export.command])}"
    escaped = line.replace("%", r"\%")  # cron takes a bare one for the end of the line
    secret = f"# {options.webhook_env}=…\n" if options.webhook_env else ""
    crontab = f"""\
# datakit job {export.job.name}. Exit codes beside its own: {IN_USE} it still runs, {TIMED_OUT} timed out.
# cronie reads CRON_TZ; Debian's cron does not, there the machine's own zone must be {options.timezone}.
# cron does not make up for times at which the machine was off, nor try again: see --systemd.
CRON_TZ={options.timezone}
{secret}{options.schedule} {escaped}
"""
    return {f"{export.name}.crontab": crontab}


def kubernetes(export: Export) -> dict[str, str]:
    """Return a CronJob. The image and the claim that holds the project are to be made."""
    options = export.job.options
    container: dict[str, Any] = {
        "name": "datakit",
        "image": f"datakit:{__version__}",
        "command": ["datakit", *export.command[3:]],
        "workingDir": str(export.project),
        "volumeMounts": [{"name": "project", "mountPath": str(export.project)}],
    }
    if options.webhook_env:
        key = {"name": export.name, "key": options.webhook_env}
        container["env"] = [{"name": options.webhook_env, "valueFrom": {"secretKeyRef": key}}]
    failing = {"operator": "NotIn", "values": [TRY_AGAIN]}
    pod = {
        "restartPolicy": "Never",
        "containers": [container],
        "volumes": [{"name": "project", "persistentVolumeClaim": {"claimName": export.name}}],
    }
    cron_job = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": export.name},
        "spec": {
            "schedule": options.schedule,
            "timeZone": options.timezone,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": _MISSED_FOR if options.missed == "run-once" else _AT_ONCE,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {
                "spec": {
                    "backoffLimit": options.retries,
                    "activeDeadlineSeconds": options.timeout,
                    "podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": failing}]},
                    "template": {"spec": pod},
                }
            },
        },
    }
    head = (
        f"# To be made: the image {container['image']}, and a volume claim {export.name} that holds the project."
    )
    return {f"{export.name}.yaml": f"{head}\n{yaml.safe_dump(cron_job, sort_keys=False)}"}


def airflow(export: Export) -> dict[str, str]:
    """Return a DAG for Airflow 3. Only "try again later" is tried again; not promoted shows as skipped."""
    options = export.job.options
    command = ["timeout", f"--kill-after={GRACE:g}", str(options.timeout), *export.command]
    source = f'''\
"""datakit job {export.job.name}."""

import subprocess
from datetime import timedelta

import pendulum
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk import dag, task


@dag(
    dag_id={export.name!r},
    schedule={options.schedule!r},
    start_date=pendulum.datetime(2026, 1, 1, tz={options.timezone!r}),
    catchup=False,  # of times that were missed Airflow makes up for the last one
    max_active_runs=1,
)
def job():
    @task(retries={options.retries}, retry_delay=timedelta(minutes=1), retry_exponential_backoff=True)
    def run():
        code = subprocess.run({command!r}, cwd={str(export.project)!r}).returncode
        if code == {TRY_AGAIN}:
            raise AirflowException("try again later")
        if code == {_NOT_PROMOTED}:
            raise AirflowSkipException("not promoted, the champion stays")
        if code:
            raise AirflowFailException(f"exit code {{code}}")

    run()


job()
'''
    return {f"{export.name.replace('-', '_')}.py": source}


EXPORTERS: Mapping[str, Callable[[Export], dict[str, str]]] = {
    "systemd": systemd,
    "cron": cron,
    "k8s": kubernetes,
    "airflow": airflow,
}


def _plain(schedule: str) -> bool:
    """Tell whether every cron reads the expression alike: five fields, no last days, no n-th weekdays."""
    fields = schedule.upper().split()
    return len(fields) == 5 and not set(fields[2] + fields[4]) & {"L", "#"}  # noqa: PLR2004


def _verbatim(path: Path) -> str:
    """Return a path of a systemd unit, where it is taken to the end of the line, but for `%`."""
    return str(path).replace("%", "%%")


def _quoted(word: str) -> str:
    """Return a word of a command in a systemd unit: quoted, and with systemd's own signs doubled."""
    doubled = word.replace("%", "%%").replace("$", "$$")
    return doubled if shlex.quote(word) == word else '"' + doubled.replace("\\", r"\\").replace('"', r"\"") + '"'


def _least_gap(job: Scheduled) -> int:
    """Return the seconds between the two due times that are closest, among the next 100."""
    moments = islice(job.due(datetime.now(UTC)), 100)
    return int(min((after - before).total_seconds() for before, after in pairwise(moments)))


def _calendar(job: Scheduled) -> list[str]:
    """Return a cron expression as calendar events of systemd; two where cron means "or"."""
    from cronsim import CronSim

    parsed = CronSim(str(job.options.schedule), datetime.now(UTC))
    days = _numbers(parsed.days, 31)
    weekdays = ",".join(_DAYS[day] for day in sorted({int(str(day)) % 7 for day in parsed.weekdays}))
    every_day = len({int(str(day)) % 7 for day in parsed.weekdays}) == 7  # noqa: PLR2004
    months = _numbers(parsed.months, 12)
    clock = f"{_numbers(parsed.hours, 24)}:{_numbers(parsed.minutes, 60)}:00 {job.options.timezone}"
    by_day, by_weekday = f"*-{months}-{days} {clock}", f"{weekdays} *-{months}-{{}} {clock}"
    if every_day:
        return [by_day]
    if parsed.day_and:
        return [by_weekday.format(days)]
    return [by_day, by_weekday.format("*")]


def _numbers(numbers: set[int], of: int) -> str:
    return "*" if len(numbers) == of else ",".join(f"{number:02}" for number in sorted(numbers))

"""Jobs as processes."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from datakit.pipeline.jobs import process
from datakit.pipeline.jobs.process import Processes
from datakit.pipeline.jobs.schedule import UNSEEN, Scheduled
from datakit.pipeline.recipe import JobOptions

JOB = Scheduled(name="nightly", recipe=Path("nightly.yaml"), options=JobOptions())

#: Writes its process id and that of a child which ignores the request to end, and waits.
STUBBORN = """
import os, signal, subprocess, sys, time
code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
child.stdout.readline()
open("pids.tmp", "w").write(f"{os.getpid()} {child.pid}")
os.rename("pids.tmp", "pids")
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path):
    """Give a function that starts a job which is Python code; returns what starts it, and the job."""
    used = []

    def starting(code):
        command = [sys.executable, "-c", code]
        used.append(Processes(project=tmp_path, folder=tmp_path / "schedule", command=lambda _: command))
        return used[0], used[0].start(JOB)

    yield starting
    for starter in used:
        if (left := starter.left(JOB)) is not None:
            left.kill()


def ended(running, seconds=20):
    """Return the exit code when it is there."""
    until = time.monotonic() + seconds
    while (code := running.poll()) is None and time.monotonic() < until:
        time.sleep(0.02)
    return code


def alive(pid):
    """Tell whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_exit_code_is_the_jobs(start):
    """While it runs it is found as running, afterwards not."""
    starter, running = start("import time; time.sleep(0.5); raise SystemExit(4)")
    assert starter.left(JOB).poll() is None
    assert ended(running) == 4
    assert starter.left(JOB) is None


def test_a_kill_ends_the_whole_group(start, tmp_path, monkeypatch):
    """Also a child that ignores the request to end."""
    monkeypatch.setattr(process, "GRACE", 0.3)
    _, running = start(STUBBORN)
    while not (tmp_path / "pids").exists():
        time.sleep(0.02)
    leader, child = map(int, (tmp_path / "pids").read_text().split())
    assert alive(child)
    running.kill()
    time.sleep(0.1)
    assert not alive(leader)
    assert not alive(child)
    assert running.poll() is not None


def test_a_job_that_outlives_its_scheduler_is_found_and_can_be_ended(tmp_path):
    """By the lock that it has inherited; a new scheduler sees that it ends, not how."""
    scheduler = """
import os, signal
from pathlib import Path
from datakit.pipeline.jobs.process import Processes
from datakit.pipeline.jobs.schedule import Scheduled
from datakit.pipeline.recipe import JobOptions
job = Scheduled(name="nightly", recipe=Path("nightly.yaml"), options=JobOptions())
Processes(project=Path("."), folder=Path("schedule"), command=lambda _: ["sleep", "60"]).start(job)
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", scheduler], check=False, cwd=tmp_path)  # noqa: S603
    left = Processes(project=tmp_path, folder=tmp_path / "schedule").left(JOB)
    assert left is not None
    assert alive(int((tmp_path / "schedule" / "nightly.running").read_text()))
    left.kill()
    assert ended(left) == UNSEEN

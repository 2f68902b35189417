"""Processes that are not to outlive their parent."""

import signal
import subprocess
import sys
import time
from pathlib import Path

#: Starts a child that asks not to outlive it, tells its number, and waits to be killed.
PARENT = """
import os, subprocess, sys, time
child = "import sys, time; from datakit.core.orphans import die_with_parent; die_with_parent(int(sys.argv[1]));" \
    "print('ready', flush=True); time.sleep(60)"
process = subprocess.Popen([sys.executable, "-c", child, str(os.getpid())], stdout=subprocess.PIPE)
process.stdout.readline()
print(process.pid, flush=True)
time.sleep(60)
"""


def test_a_child_ends_with_its_parent_however_that_ends():
    """SIGKILL, which nobody can catch."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:  # noqa: S603
        child = int(parent.stdout.readline())
        assert _alive(child)
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while _alive(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _alive(child)


def test_one_whose_parent_is_gone_already_ends_at_once():
    """Between its start and its asking."""
    code = "from datakit.core.orphans import die_with_parent; die_with_parent(0); print('alive')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (1, b"")


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False

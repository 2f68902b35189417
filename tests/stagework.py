"""Stages that do something odd, for tests that run them in other processes."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import ClassVar

from datakit.core.errors import InputError, Problem
from datakit.core.findings import Report
from datakit.pipeline.stages import Stage


@dataclass(frozen=True, kw_only=True)
class Odd(Stage):
    """Does what it is told by its name."""

    name: ClassVar[str] = "odd"
    version: ClassVar[int] = 1
    rooms: ClassVar[tuple[str, ...]] = ()

    does: str

    def run(self, context):
        """Do it."""
        return getattr(self, f"_{self.does}")(context)

    def _hangs_in_c(self, context):
        """Start a child, and then keep the interpreter's lock in C, where no signal of Python's is heard."""
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        (context.aside / "pids").write_text(f"{os.getpid()} {child.pid}", encoding="utf-8")
        ctypes.PyDLL(None).sleep(60)

    def _works(self, context):
        context.progress(1, 2, "half")
        (context.outputs / "made").write_text("here", encoding="utf-8")
        return Report(stage=self.name, figures={"pid": os.getpid(), "big": "x" * 1_000_000})

    def _waits(self, context):
        (context.aside / "pids").write_text(str(os.getpid()), encoding="utf-8")
        context.progress(1, 2, "")
        time.sleep(60)

    def _refuses(self, _):
        raise InputError(Problem(where="raw.jsonl:3", got="nothing", fix="write something"))

    def _fails(self, _):
        raise ZeroDivisionError("a bug")

    def _is_killed(self, _):
        os.kill(os.getpid(), signal.SIGKILL)

    def _leaves(self, _):
        os._exit(7)

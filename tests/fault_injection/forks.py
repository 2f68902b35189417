"""Forks a run of the command line for each order, so that a run costs no imports.

Started by `runs.Runs` as a process of its own, with the modules to import as its arguments. An order is a line of
JSON on standard input: the folder to work in, what was typed, what goes wrong (see `faulty`). It answers with the
process id, and with the exit code when the run has ended, negative for a signal.
"""

import json
import os
import sys
from importlib import import_module


def output_of(folder: str) -> str:
    """Return the file that holds what the last run in a folder has printed: beside it, for it may be full."""
    return f"{folder}.output.txt"


def main() -> None:
    """Import, then follow orders until there are none."""
    for module in sys.argv[1:]:
        import_module(module)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            follow(**order)
        print(child, flush=True)  # noqa: T201  (its way of talking)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


def follow(folder: str, arguments: list[str], fault: dict | None, checkpoints: float | None) -> None:
    """Run the command line in a session of its own."""
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        output = os.open(output_of(folder), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.argv = ["datakit", *arguments]
        from datakit.cli.main import run

        if checkpoints is not None:
            scaled_down(checkpoints)
        if fault is not None:
            from fault_injection.faulty import Fault

            Fault(**fault).begin()
        code = run(arguments)
    except BaseException:  # noqa: BLE001  (what an interpreter does with what nobody has caught)
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def scaled_down(checkpoints: float) -> None:
    """Let a few rows take the course of many: in several shards, with a checkpoint every so many seconds."""
    from datakit.augmentation import shards
    from datakit.training import finetune
    from datakit.training.checkpoints import DueCheckpoints

    shards.SIZE = 64
    finetune.DueCheckpoints = lambda: DueCheckpoints(seconds=checkpoints)


if __name__ == "__main__":
    main()

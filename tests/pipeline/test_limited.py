"""Stages with a limit of time."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from stagework import Odd

from datakit.core.errors import InputError, TimedOutError, TransientError
from datakit.pipeline.engines.local import Local
from datakit.pipeline.limited import run_limited
from datakit.pipeline.stages import Context


@pytest.fixture
def context(tmp_path):
    """Give what a stage may use; progress is collected in `heard`."""
    heard = []
    made = Context(
        **dict.fromkeys(("outputs", "aside", "unfinished", "shards"), tmp_path),
        inputs={},
        seed=13,
        engine=Local(workers=1),
        progress=lambda *told: heard.append(told),
    )
    return made, heard


def alive(pid):
    """Tell whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_stage_that_hangs_in_c_is_ended_with_its_children(context, tmp_path):
    """Not even a thread of its own process would come to run; exit code 124."""
    with pytest.raises(TimedOutError, match=r"timeouts\.odd: odd was ended with all its processes after 4 s") as e:
        run_limited(Odd(does="hangs_in_c"), context[0], 4)
    assert e.value.exit_code == 124
    pids = (tmp_path / "pids").read_text().split()
    until = time.monotonic() + 5
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(map(alive, pids))


def test_ctrl_c_ends_it_too(context, tmp_path):
    """It is given to us alone: the stage is no part of the terminal's foreground group."""

    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_limited(Odd(does="waits"), replace(context[0], progress=interrupt), 60)
    assert not alive((tmp_path / "pids").read_text())


def test_what_a_stage_does_comes_back(context, tmp_path):
    """Its report, its progress and its files, from another process."""
    report = run_limited(Odd(does="works"), context[0], 60)
    assert report.figures["pid"] != os.getpid()
    assert context[1] == [(1, 2, "half")]
    assert (tmp_path / "made").read_text() == "here"


def test_errors_travel_as_themselves(context):
    """One of ours with its problems; a bug with its traceback."""
    with pytest.raises(InputError) as refused:
        run_limited(Odd(does="refuses"), context[0], 60)
    assert [problem.where for problem in refused.value.problems] == ["raw.jsonl:3"]
    with pytest.raises(ZeroDivisionError) as failed:
        run_limited(Odd(does="fails"), context[0], 60)
    assert "stagework.py" in failed.value.__notes__[0]


def test_a_process_that_was_killed_is_worth_another_try(context):
    """It may have been short of memory; one that leaves without a word is a bug."""
    with pytest.raises(TransientError, match="SIGKILL"):
        run_limited(Odd(does="is_killed"), context[0], 60)
    with pytest.raises(RuntimeError, match="ended with 7"):
        run_limited(Odd(does="leaves"), context[0], 60)

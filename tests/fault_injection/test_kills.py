"""Runs that are killed at random moments."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from fault_injection.runs import HEAVY, LIGHT, Runs, begun, children, files_of, given, gone, said

#: Kills of whole runs; `make test-faults` sets how many.
KILLS = int(os.environ.get("DATAKIT_KILLS", "20"))

#: One kill in so many hits a child of the run, where there is one: a worker process.
CHILD = 3


def killed_until_it_ends(
    runs: Runs, folder: Path, arguments: list[str], *, most: int, seconds: float, rng: random.Random
) -> Counter[str]:
    """Run, kill it at a random moment, and run again, until a run ends before it is killed.

    Args:
        runs: starts them.
        folder: where.
        arguments: what is typed.
        most: kills, after which a run is left alone.
        seconds: within which the moment is drawn.
        rng: draws it, and who is hit.

    Returns:
        how often the run itself was killed, and how often a child of it.
    """
    hit: Counter[str] = Counter()
    while hit.total() < most:
        process = runs.start(folder, *arguments, checkpoints=0.3)
        time.sleep(rng.uniform(0, seconds))
        below = children(process)
        kind = "child" if below and rng.random() < 1 / CHILD else "run"
        with suppress(ProcessLookupError):
            os.kill(rng.choice(below) if kind == "child" else process, signal.SIGKILL)
        code = runs.wait()
        assert gone(process), "a process outlived its run"
        hit[kind] += kind == "child" or code != 0
        if code == 0:  # it had ended before, or has done without the child
            return hit
        assert code == (-signal.SIGKILL if kind == "run" else 75), said(folder)
    assert runs.run(folder, *arguments) == 0, said(folder)
    return hit


def compared(folder, encoder, arguments, preload, kills):
    """Kill runs of the command line until there were so many kills; return their number by kind.

    Raises:
        AssertionError: something is not as an undisturbed run leaves it.
    """
    rng = random.Random(13)  # noqa: S311  (moments, no secrets)
    done: Counter[str] = Counter()
    with Runs(preload) as runs:
        for name in ("first", "calm"):  # the first one imports what is left
            calm = begun(folder / name, encoder)
            started = time.monotonic()
            assert runs.run(calm, *arguments, checkpoints=0.3) == 0, said(calm)
            seconds = time.monotonic() - started
        right, files = given(calm), files_of(calm)
        for n in count():
            if done.total() >= kills:
                break
            killed = begun(folder / f"killed-{n}", encoder)
            done += killed_until_it_ends(
                runs, killed, arguments, most=kills - done.total(), seconds=seconds, rng=rng
            )
            assert given(killed) == right, done
            assert files_of(killed) == files, done
    return done


def test_a_killed_command_gives_what_an_undisturbed_one_gives(tmp_path, tiny_encoder):
    """As far as augmentation, a few times: the same bytes, no file and no process left, nothing done by hand."""
    command = ["augment", "--quiet", "--target", "count=200", "--workers", "2"]
    assert compared(tmp_path, tiny_encoder, command, LIGHT, kills=3).total() >= 3


@pytest.mark.slow
def test_killed_runs_give_what_an_undisturbed_one_gives(tmp_path, tiny_encoder):
    """The whole pipeline, wherever it is killed."""
    hit = compared(tmp_path, tiny_encoder, ["run", "recipe.yaml"], HEAVY, KILLS)
    print(f"{hit['run']} kills of runs, {hit['child']} of their children")  # noqa: T201  (the figure of the suite)

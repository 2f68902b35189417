"""Augmentation on a Ray cluster whose driver and workers are killed at random moments."""

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest
from fault_injection.runs import LIGHT, Runs, begun, children, given, said

#: Kills of drivers and workers together.
KILLS = int(os.environ.get("DATAKIT_RAY_KILLS", "30"))

ROWS = 4000
COMMAND = ["augment", "--quiet", "--target", "count=8000", "--workers", "2"]
ON_RAY = [*COMMAND, "--set", "engine=ray"]


def workers(driver):
    """Return the processes of a driver's cluster that work on shards."""
    found = []
    for process in children(driver):
        with suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{process}/cmdline").read_bytes().startswith(b"ray::_work"):
                found.append(process)
    return found


def disturbed(runs, folder, rng, most):
    """Run, kill the driver or some workers, and run again until a run ends; return who was killed."""
    hit: Counter[str] = Counter()
    while True:
        driver = runs.start(folder, *ON_RAY, checkpoints=0.3)
        who, times = rng.choice([("driver", 1), ("worker", 1), ("worker", 3)])
        for _ in range(times):
            if hit.total() < most and (found := awaited(driver)):
                time.sleep(rng.uniform(0, 0.6))
                hit[who] += killed(driver if who == "driver" else rng.choice(found))
        code = runs.wait()
        if code == 0:
            return hit
        assert code in (-signal.SIGKILL, 75), said(folder)


def awaited(driver):
    """Return the workers of a driver, when it has some; none if it ends before."""
    while Path(f"/proc/{driver}/task").exists():
        if found := workers(driver):
            return found
        time.sleep(0.02)
    return []


def killed(process):
    """Kill a process; tell whether it was there."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="no Ray here")
def test_killed_augmentations_on_ray_give_what_one_process_gives(tmp_path, tiny_encoder):
    """The same bytes as without Ray and without kills: no row is lost, none is there twice, nothing is mended."""
    rng = random.Random(13)  # noqa: S311  (moments, no secrets)
    hit: Counter[str] = Counter()
    with Runs(LIGHT) as runs:
        calm = begun(tmp_path / "calm", tiny_encoder, ROWS)
        assert runs.run(calm, *COMMAND, checkpoints=0.3) == 0, said(calm)
        right = given(calm)
        for n in count():
            if hit.total() >= KILLS:
                break
            folder = begun(tmp_path / f"killed-{n}", tiny_encoder, ROWS)
            hit += disturbed(runs, folder, rng, KILLS - hit.total())
            assert given(folder) == right
            assert not list(folder.rglob("*.tmp"))
    print(f"{hit['driver']} kills of drivers, {hit['worker']} of workers")  # noqa: T201  (the figure of the suite)

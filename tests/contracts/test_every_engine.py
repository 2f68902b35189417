"""What every engine promises: the same results in the same order, whoever is killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import pytest
import shardwork

from datakit.core.errors import TransientError, UsageError
from datakit.pipeline.engines._base import AHEAD
from datakit.pipeline.engines.ray import Ray

HERE = str(Path(shardwork.__file__).parent)


@pytest.fixture(scope="module", params=shardwork.ENGINES)
def engine(request):
    """Give each engine, opened once: a Ray takes seconds to start."""
    if request.param == "ray" and find_spec("ray") is None:
        pytest.skip("no Ray here")
    with pytest.MonkeyPatch.context() as patch, shardwork.ENGINES[request.param]() as opened:
        patch.setenv("PYTHONPATH", HERE)  # what the workers of a Ray import, they find for themselves
        yield opened


@pytest.fixture
def with_workers(engine):
    """Give the engines that have processes of their own."""
    if engine.workers == 1:
        pytest.skip("the driver does the work itself")
    return engine


@pytest.mark.parametrize("n", [0, 1, 7])
def test_results_come_in_the_order_of_the_shards(engine, n):
    """None, one, and more than are handed out at once; whoever is ready first."""
    shards = list(range(n, 0, -1))
    assert [value for value, _ in engine.map_shards(shardwork.square, shards)] == [i * i for i in shards]


def test_it_works_ahead_but_not_far(engine, tmp_path):
    """Who takes results slowly is not buried in them."""
    results = engine.map_shards(partial(shardwork.noted, folder=str(tmp_path)), range(50))
    assert next(results) == 0
    time.sleep(0.3)
    assert len(list(tmp_path.iterdir())) <= AHEAD * engine.workers + 1
    assert list(results) == list(range(1, 50))


def test_errors_of_ours_travel_as_themselves(engine):
    """The driver gets the error with all its problems, after the results before it."""
    results = engine.map_shards(shardwork.complaining, [0, 1, 2, 3])
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(UsageError) as error:
        next(results)
    assert [problem.where for problem in error.value.problems] == ["a", "d"]
    assert [value for value, _ in engine.map_shards(shardwork.square, [3, 4])] == [9, 16]  # and it goes on


def test_other_errors_travel_as_themselves(engine):
    """A bug is not taken for something that passes."""
    with pytest.raises(TypeError, match="can only concatenate"):
        list(engine.map_shards("a".__add__, [1, 2]))


def test_a_killed_worker_is_survived(with_workers, tmp_path):
    """What it had in hand is done again; every shard gives one result, in its place."""
    work = partial(shardwork.killed_once, folder=str(tmp_path))
    assert list(with_workers.map_shards(work, range(8))) == [n * n for n in range(8)]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_shard_that_kills_every_worker_is_given_up(with_workers):
    """Work that takes more memory than there is ends, with an error that may pass."""
    results = with_workers.map_shards(shardwork.killed_always, range(4))
    assert next(results) == 0
    with pytest.raises(TransientError, match="memory"):
        list(results)


def test_a_model_is_loaded_once_a_worker(with_workers, tmp_path):
    """Twelve shards, two workers, two models."""
    processes = list(with_workers.map_shards(shardwork.WithModel(str(tmp_path)), range(12)))
    loaded = {int(path.stem) for path in tmp_path.iterdir()}
    assert loaded == set(processes)
    assert 1 <= len(loaded) <= 2


def test_nobody_outside_this_machine_reaches_it(with_workers):
    """What its processes listen on are addresses of this machine alone."""
    list(with_workers.map_shards(shardwork.square, [1, 2]))
    places = listening(descendants(os.getpid()))
    assert places <= LOOPBACK
    assert bool(places) == isinstance(with_workers, Ray)


@pytest.mark.parametrize("name", ["local", pytest.param("ray", marks=pytest.mark.slow)])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_driver(name, how, tmp_path):
    """Killed, ended or interrupted: nobody goes on working for nobody."""
    before = processes()
    with subprocess.Popen(  # noqa: S603
        [sys.executable, shardwork.__file__, name, str(tmp_path)],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": HERE},
    ) as driver:
        wait_for(lambda: len(list(tmp_path.iterdir())) == 2)
        workers = {int(path.stem) for path in tmp_path.iterdir()}
        assert workers <= processes()
        driver.send_signal(how)
        assert driver.wait(30) != 0
    wait_for(lambda: not workers & processes())
    if name == "ray":
        # The agents of a killed cluster look for it for a while.
        wait_for(lambda: not {pid for pid in processes() - before if is_ray(pid)}, seconds=180)


#: 127.0.0.1 as /proc/net/tcp and /proc/net/tcp6 write it.
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F"}


def listening(pids):
    """Return the addresses that processes listen on."""
    lines = chain.from_iterable(Path(f"/proc/net/{name}").read_text().splitlines() for name in ("tcp", "tcp6"))
    tables = map(str.split, lines)
    address_of = {row[9]: row[1].partition(":")[0] for row in tables if row[3] == "0A"}
    held = {link for pid in pids for link in links(pid)}
    return {address for inode, address in address_of.items() if f"socket:[{inode}]" in held}


def links(pid):
    """Return what the open files of a process are."""
    for path in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(FileNotFoundError):
            yield str(path.readlink())


def descendants(pid):
    """Return a process and all that it and they have started."""
    children = {
        child for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in tasks.read_text().split()
    }
    return {pid}.union(*(descendants(int(child)) for child in children))


def processes():
    """Return the processes of this machine that are alive."""
    return {int(path.name) for path in Path("/proc").glob("[0-9]*") if state(path) not in ("Z", "")}


def state(path):
    """Return the letter of a process's state; none where it is gone."""
    try:
        return (path / "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_ray(pid):
    """Tell whether a process belongs to a cluster."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return command.startswith(b"ray::") or b"/ray/core/" in command or b"/ray/_private/" in command


def wait_for(condition, seconds=60):
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)

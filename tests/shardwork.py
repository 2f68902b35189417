"""What engines are given to do in tests; workers import it by its name."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from datakit.core.errors import Problem, UsageError
from datakit.pipeline.engines.local import Local
from datakit.pipeline.engines.ray import Ray

ENGINES = {"alone": partial(Local, workers=1), "local": partial(Local, workers=2), "ray": partial(Ray, workers=2)}


def square(n):
    """Return the square and the process that computed it."""
    return n * n, os.getpid()


def complaining(n):
    """Raise an error of ours for one shard."""
    if n == 2:
        raise UsageError(Problem(where="a", got="b", fix="c"), Problem(where="d", got="e", fix="f"))
    return n


def noted(n, *, folder):
    """Write down that a shard was begun."""
    (Path(folder) / str(n)).touch()
    return n


def killed_once(n, *, folder):
    """Kill the worker at its first sight of every third shard."""
    mark = Path(folder) / str(n)
    if n % 3 == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return n * n


def killed_always(n):
    """Kill the worker at one shard, whoever gets it."""
    if n == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return n


def slow(n, *, folder):
    """Write down the process, and take a minute."""
    (Path(folder) / f"{os.getpid()}.pid").touch()
    time.sleep(60)
    return n


@dataclass(frozen=True)
class WithModel:
    """Loads a model, which is a file, in each process that has none yet."""

    folder: str
    neural: bool = True

    def __call__(self, n):  # noqa: ARG002  (every shard is the same)
        """Return the process that has the model."""
        if self not in _LOADED:
            _LOADED.append(self)
            (Path(self.folder) / f"{os.getpid()}.loaded").touch()
        return os.getpid()


_LOADED: list = []


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """A filter that learns from the rows, and judges alone."""

    def fit(self, splits):
        """Remember how many rows there are."""
        return _Odd(len(splits.train))


@dataclass(frozen=True)
class _Odd:
    rows: int

    def keep(self, source, candidate):  # noqa: ARG002
        return "odd" if (len(candidate) + self.rows) % 2 else None


if __name__ == "__main__":  # a driver: the name of the engine, and the folder of the slow shards
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    with ENGINES[sys.argv[1]]() as engine:
        list(engine.map_shards(partial(slow, folder=sys.argv[2]), range(4)))

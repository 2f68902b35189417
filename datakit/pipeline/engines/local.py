"""Shards in processes of this machine."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, kw_only=True, slots=True)
class Local:
    """Runs shards in worker processes; one shard, or one worker, needs none."""

    workers: int | None = None  # None: one a core

    def map_shards(self, function: Callable[[A], B], shards: Sequence[A], /) -> Iterator[B]:
        """Yield the result of each shard, in the order of the shards, whichever is ready first.

        A worker that is killed ends the call with BrokenProcessPool: `multiprocessing.Pool` would hang for ever.
        """
        workers = min(self.workers or os.cpu_count() or 1, len(shards))
        if workers <= 1:
            yield from map(function, shards)
            return
        # Fresh processes: a fork of one that has started threads may deadlock.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            yield from pool.map(function, shards)

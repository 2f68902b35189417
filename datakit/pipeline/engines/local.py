"""Shards in processes of this machine."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Generic, Self, TypeVar

from datakit.core.orphans import die_with_parent
from datakit.pipeline.engines._base import AHEAD, TRIES, killed

A = TypeVar("A")
B = TypeVar("B")


@dataclass
class Local:
    """Runs shards in worker processes; one shard, or one worker, needs none."""

    workers: int | None = None  # None: one a core
    _pool: ProcessPoolExecutor | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._end()

    def map_shards(self, function: Callable[[A], B], shards: Sequence[A], /) -> Iterator[B]:
        """Yield the result of each shard, in the order of the shards, whichever is ready first.

        A pool that has lost a worker is made anew, and all that it had not finished is handed out again.

        Raises:
            TransientError: a pool broke three times in a row without finishing a shard.
        """
        workers = self.workers or os.cpu_count() or 1
        if min(workers, len(shards)) <= 1:
            yield from map(function, shards)
            return
        waiting = iter(shards)
        handed: deque[_Handed[A, B]] = deque()  # in the order of the shards
        in_vain = 0
        while True:
            handed.extend(map(_Handed, islice(waiting, AHEAD * workers - len(handed))))
            if not handed:
                return
            try:
                futures = [one.hand_out(self._ready(workers), function) for one in handed]
                result = futures[0].result()
            except BrokenProcessPool as error:
                self._end()
                finished = [one for one in handed if one.survive()]
                in_vain = 0 if finished else in_vain + 1
                if in_vain >= TRIES:
                    raise killed(
                        "workers", f"one was killed, or could not start, {TRIES} times in a row"
                    ) from error
                continue
            handed.popleft()
            in_vain = 0
            yield result

    def _ready(self, workers: int) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                workers,
                # Fresh processes: a fork of one that has started threads may deadlock.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(os.getpid(),),
            )
        return self._pool

    def _end(self) -> None:
        """End all workers at once: what they are doing is lost or no longer wanted."""
        if self._pool is None:
            return
        processes = list((self._pool._processes or {}).values())  # noqa: SLF001  (3.14 has kill_workers)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        self._pool = None


@dataclass
class _Handed(Generic[A, B]):
    """A shard that was handed out, or is to be."""

    shard: A
    future: Future[B] | None = None
    has_survived: bool = False  # it was finished when a pool broke

    def hand_out(self, pool: ProcessPoolExecutor, function: Callable[[A], B]) -> Future[B]:
        if self.future is None:
            self.future = pool.submit(function, self.shard)
        return self.future

    def survive(self) -> bool:
        """Forget what a broken pool has lost; tell whether there is a result that an earlier one had not given."""
        before = self.has_survived
        done = self.future is not None and self.future.done() and not self.future.cancelled()
        if self.future is None or not done or isinstance(self.future.exception(), BrokenProcessPool):
            self.future = None
            return False
        self.has_survived = True
        return not before


def _begin(driver: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal interrupts all at once; the driver ends us
    die_with_parent(driver)  # a worker does not hear of it otherwise

"""Several processes that train one model together, each on a device of its own, by its share of every batch."""

import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol, TypeVar, cast

import torch
from torch import distributed

from datakit.core.errors import Problem, TransientError, UsageError
from datakit.core.history import History
from datakit.core.orphans import die_with_parent
from datakit.training.devices import device
from datakit.training.recorder import Listeners

# A process may wait for another that computes frozen layers for itself.
_PATIENCE = timedelta(hours=2)


T = TypeVar("T")


class Work(Protocol):
    """What each process does; it must be possible to pickle it."""

    def __call__(self, *, rank: int, listeners: Listeners) -> History:
        """Train, as the process of this rank."""


class _Message(NamedTuple):
    kind: str  # a field of `Listeners`, `done` or `failed`
    value: Any


class _Place(NamedTuple):
    """Of one process among those that train together."""

    rank: int
    processes: int
    threads: int  # that it computes with, where that is on the CPU
    store: Path  # the file by which they find each other
    parent: int  # process that has started them


def together(work: Work, processes: int, listeners: Listeners) -> History:
    """Let some processes do the work together, and return what the first of them returns.

    A single one is this very process. Several are started for the work, are told apart by their ranks, and are
    ended when one of them fails or a listener raises. Only the first one's progress is told, here.

    Raises:
        UsageError: there are not as many accelerators.
        TransientError: a process was killed.
    """
    if processes == 1:
        return work(rank=0, listeners=listeners)
    _require_devices(processes)
    # Read when the processes load torch. Else each would remark on the terminal that all parameters are in use.
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")
    threads = max(1, torch.get_num_threads() // processes)
    with TemporaryDirectory() as meeting:
        store = Path(meeting) / "store"
        members = [_start(_Place(rank, processes, threads, store, os.getpid()), work) for rank in range(processes)]
        try:
            history = _listen([reader for _, reader in members], listeners)
        except BaseException:
            for process, _ in members:
                process.kill()
            raise
        finally:
            for process, reader in members:
                process.join()
                reader.close()
    return history


def of_first(value: T) -> T:
    """Return the first process's value in all that train together; each must ask. One alone has its own."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return value
    held = [value]
    distributed.broadcast_object_list(held)
    return held[0]


def _require_devices(processes: int) -> None:
    found = torch.accelerator.device_count()
    if device().type != "cpu" and found < processes:
        raise UsageError(
            Problem(
                where="finetune.processes",
                got=f"{processes} processes want an accelerator each, and there are {found}",
                fix=f"set it to {found} or less",
            )
        )


def _start(place: _Place, work: Work) -> tuple[BaseProcess, Connection]:
    """Start one; when it ends, however it ends, nothing more can be read from its connection."""
    reader, writer = Pipe(duplex=False)
    process = get_context("spawn").Process(target=_take_part, args=(place, work, writer), daemon=True)
    process.start()
    writer.close()
    return process, reader


def _take_part(place: _Place, work: Work, told: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal interrupts all at once; the parent ends us
    die_with_parent(place.parent)

    def tell(kind: str) -> Callable[..., None]:
        return (lambda *value: told.send(_Message(kind, value))) if place.rank == 0 else (lambda *_: None)

    try:
        _meet(place)
        history = work(rank=place.rank, listeners=Listeners(*map(tell, Listeners._fields)))
        distributed.destroy_process_group()
        told.send(_Message("done", history))
    except Exception as error:  # noqa: BLE001  (raised again by the parent)
        error.add_note(f"in process {place.rank}:\n{''.join(traceback.format_exception(error))}")
        with suppress(BrokenPipeError):  # the parent was killed, and nobody is told
            told.send(_Message("failed", error))


def _meet(place: _Place) -> None:
    """Join the others, by way of a file: no other training on this machine can take it, as it could a port."""
    torch.set_num_threads(place.threads)
    # As a launcher would: accelerate reads them.
    os.environ |= {
        "RANK": str(place.rank),
        "LOCAL_RANK": str(place.rank),
        "WORLD_SIZE": str(place.processes),
        "LOCAL_WORLD_SIZE": str(place.processes),
        "OMP_NUM_THREADS": str(place.threads),
    }
    where = device()
    if where.type != "cpu":
        torch.accelerator.set_device_index(place.rank)
    distributed.init_process_group(
        distributed.get_default_backend_for_device(where),
        init_method=place.store.as_uri(),
        rank=place.rank,
        world_size=place.processes,
        timeout=_PATIENCE,
    )


def _listen(readers: list[Connection], listeners: Listeners) -> History:
    """Pass on what the first one tells until all are done; raise what one of them raised."""
    done: dict[Connection, History] = {}
    while len(done) < len(readers):
        for reader in wait([reader for reader in readers if reader not in done]):
            reader = cast("Connection", reader)
            try:
                kind, value = reader.recv()
            except EOFError as error:
                raise TransientError(
                    Problem(
                        where="finetune.processes",
                        got=f"process {readers.index(reader)} of {len(readers)} was killed",
                        fix="see whether memory was short, then try again with fewer processes or smaller batches",
                    )
                ) from error
            match kind:
                case "done":
                    done[reader] = value
                case "failed":
                    raise value
                case _:
                    getattr(listeners, kind)(*value)
    return done[readers[0]]

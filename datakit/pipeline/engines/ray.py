"""Shards as tasks of a Ray cluster."""

import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self, TypeVar

from datakit.core.errors import Problem, TransientError, UsageError
from datakit.core.extras import needs
from datakit.pipeline.engines._base import AHEAD, TRIES, is_neural, killed

A = TypeVar("A")
B = TypeVar("B")

#: Names the cluster to join, as for Ray's own commands.
ADDRESS = "RAY_ADDRESS"

#: How a cluster tells friends from strangers: `token`, or `disabled`.
AUTHENTICATION = "RAY_AUTH_MODE"

# Where Ray looks for the token, beside ~/.ray/auth_token.
_TOKENS = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")

# Where this is on, Ray takes the machine's outward address for 127.0.0.1 and listens on all of them. It is named
# after the systems for which it is off by default.
_REACHABLE = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"

# How a cluster of this machine's own is started. Its workers would step back behind all else that runs here.
_OWN = {_REACHABLE: "0", "RAY_worker_niceness": "0"}


@dataclass
class Ray:
    """Runs shards on Ray: in tasks, or where a model is loaded in actors, which load it once.

    Joins the cluster at `address`, else at RAY_ADDRESS, else starts one on this machine, which listens on
    127.0.0.1 only and ends with the `with` block. All nodes of a cluster need the same datakit, and the project at
    the same path.
    """

    workers: int | None = None  # None: one a core; for what loads a model, one a GPU if there are any
    address: str | None = None
    unauthenticated: bool = False  #: whether a cluster may be joined that takes work from everybody
    _ray: ModuleType | None = field(default=None, init=False, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self._ray is not None:
            self._ray.shutdown()
            self._ray = None

    def map_shards(self, function: Callable[[A], B], shards: Sequence[A], /) -> Iterator[B]:
        """Yield the result of each shard, in the order of the shards, whichever is ready first.

        Raises:
            UsageError: Ray is not installed, or the cluster takes work from everybody.
            TransientError: there is no cluster at the address, or the workers of a shard were killed.
        """
        if not shards:
            return
        ray = self._joined()
        with self._workers_for(ray, function) as (workers, hand_out):
            results: deque[Any] = deque()  # references, in the order of the shards
            running: list[Any] = []
            for shard in shards:
                if len(results) >= AHEAD * workers:
                    yield _taken(ray, results.popleft())
                if len(running) >= workers:
                    _, running = ray.wait(running, fetch_local=False)
                results.append(hand_out(shard))
                running.append(results[-1])
            while results:
                yield _taken(ray, results.popleft())

    @contextmanager
    def _workers_for(
        self, ray: ModuleType, function: Callable[[A], B]
    ) -> Iterator[tuple[int, Callable[[A], Any]]]:
        """Give how many shards are worked on at a time, and what hands one out."""
        cores, gpus = (int(ray.cluster_resources().get(kind, 0)) for kind in ("CPU", "GPU"))
        work = ray.put(function)  # once, not with every shard
        if not is_neural(function):
            task = ray.remote(max_retries=TRIES)(_work)
            yield self.workers or cores or 1, lambda shard: task.remote(work, shard)
            return
        actor = ray.remote(num_gpus=min(gpus, 1), max_restarts=-1, max_task_retries=TRIES)(_Worker)
        most = gpus or cores or 1
        actors = [actor.remote(work) for _ in range(min(self.workers or most, most))]
        turns = cycle(actors)

        def hand_out(shard: A) -> Any:  # noqa: ANN401  (Ray has no types)
            return next(turns).work.remote(shard)

        try:
            yield len(actors), hand_out
        finally:
            for one in actors:
                ray.kill(one)

    def _joined(self) -> ModuleType:
        """Return Ray with a cluster behind it."""
        if self._ray is None:
            address = self.address or os.environ.get(ADDRESS)
            self._require_authentication(address)
            if address is not None:
                _require_somebody_at(address)
            for name, value in (_OWN if address is None else _joining(address)).items():
                os.environ.setdefault(name, value)  # read when Ray is imported
            ray = needs("ray", extra="ray")
            try:
                if address is None:
                    ray.init("local", num_cpus=self.workers, **_SMALL, **_QUIET)
                else:
                    ray.init(address, **_QUIET)
            except (ConnectionError, RuntimeError, ray.exceptions.RayError) as error:
                raise _unreachable(address or "a cluster of this machine's own", error) from error
            self._ray = ray
            if address is None and ray.util.get_node_ip_address() != _LOOPBACK:
                raise UsageError(
                    Problem(
                        where=_REACHABLE,
                        got="the cluster would listen on all addresses of this machine: Ray was imported before",
                        fix=f"set {_REACHABLE}=0, or start a cluster of your own and give its ray_address",
                    )
                )
        return self._ray

    def _require_authentication(self, address: str | None) -> None:
        mode = os.environ.get(AUTHENTICATION, "").lower()
        if not self.unauthenticated and (mode == "disabled" or (address is not None and not _has_token())):
            raise UsageError(
                Problem(
                    where="ray_address" if address else AUTHENTICATION,
                    got="a cluster without a token takes work, that is any code, from everybody who reaches it",
                    fix=f"start it with {AUTHENTICATION}=token and give its token by {_TOKENS[1]}; or, where "
                    "nobody else reaches it, --set ray_unauthenticated=true",
                )
            )


def _has_token() -> bool:
    return any(map(os.environ.get, _TOKENS)) or (Path.home() / ".ray" / "auth_token").exists()


def _joining(address: str) -> dict[str, str]:
    """Return what Ray must be told to join a cluster: by itself it shows no token and avoids 127.0.0.1."""
    host = address.rpartition(":")[0]
    return {
        **({AUTHENTICATION: "token"} if _has_token() else {}),
        **({_REACHABLE: "0"} if host in (_LOOPBACK, "localhost") else {}),
    }


_LOOPBACK = "127.0.0.1"

# Little passes through its memory, which would be 30% of the machine's, and more than /dev/shm may hold.
_SMALL = {"include_dashboard": False, "object_store_memory": 100_000_000}

_QUIET = {"log_to_driver": False, "logging_level": "error"}


class _Worker:
    """An actor: the function, with the model that it has loaded."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function

    def work(self, shard: Any) -> Any:  # noqa: ANN401  (any shard)
        return self._function(shard)


def _work(function: Callable[[A], B], shard: A) -> B:
    return function(shard)


def _taken(ray: ModuleType, reference: Any) -> Any:  # noqa: ANN401  (Ray has no types)
    try:
        return ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error
    except ray.exceptions.RayError as error:
        raise killed("ray", f"{type(error).__name__}: {str(error).partition(chr(10))[0]}") from error


def _require_somebody_at(address: str) -> None:
    """Knock: Ray waits for minutes where nobody answers."""
    host, _, port = address.rpartition(":")
    if port.isdecimal() and "/" not in host:
        try:
            socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
        except OSError as error:
            raise _unreachable(address, error) from error


_PATIENCE = 10.0  # seconds


def _unreachable(address: str, error: Exception) -> TransientError:
    return TransientError(
        Problem(
            where="ray_address",
            got=f"{address} cannot be reached: {error}",
            fix="see whether it is up, with `ray status --address`",
        )
    )

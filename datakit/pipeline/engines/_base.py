"""What an engine is: who does the work on shards, in processes of its choice."""

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Final, Protocol, Self, TypeVar

from datakit.core.errors import Problem, TransientError

A = TypeVar("A")
B = TypeVar("B")

#: Shards handed out beyond those whose results were taken, in multiples of the workers: enough to keep them busy.
AHEAD: Final = 2

#: How often lost work is handed out in vain.
TRIES: Final = 3


class Engine(Protocol):
    """Applies a function to shards. Its processes start with the first shards and end with the `with` block.

    Function, shards and results cross over by pickle. A function whose attribute `neural` is true loads a model,
    and is kept by the processes that have loaded it where that matters.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

    def map_shards(self, function: Callable[[A], B], shards: Sequence[A], /) -> Iterator[B]:
        """Yield the result of each shard, in the order of the shards, whichever is ready first.

        At most `AHEAD` shards a worker are handed out beyond those whose results were taken. The function may be
        called twice for a shard whose worker was killed, so it must not matter.

        Raises:
            TransientError: workers were killed `TRIES` times in a row over the same work.
            Exception: what the function raised, as it was raised.
        """
        ...


def is_neural(function: Callable[[A], B]) -> bool:
    """Tell whether a function loads a model."""
    return bool(getattr(function, "neural", False))


def killed(where: str, got: str) -> TransientError:
    """Return the error of an engine whose workers do not live long enough."""
    return TransientError(
        Problem(where=where, got=got, fix="see whether memory was short; then try again, or with fewer --workers")
    )

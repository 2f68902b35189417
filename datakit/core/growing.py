"""Arrays that grow in place."""

from mmap import MAP_ANONYMOUS, MAP_PRIVATE, mmap
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T", bound=np.generic)

_START = 1 << 16  # bytes


class GrowingArray(Generic[T]):
    """A one-dimensional array to which values are appended.

    It lives in anonymous memory of its own, which the kernel enlarges without copying and which costs nothing
    where it is not touched. Grown on malloc's heap, the columns of a million rows left 60 MB of holes there.
    """

    def __init__(self, kind: type[T]) -> None:
        self._kind = np.dtype(kind)
        # Private: shared memory cannot be used beyond the size that it was made with.
        self._memory = mmap(-1, _START, flags=MAP_PRIVATE | MAP_ANONYMOUS)

    def append(self, values: npt.NDArray[Any]) -> None:
        """Add `values` at the end; no view of the array may be in use."""
        data = np.ascontiguousarray(values, self._kind).view(np.uint8).data
        wanted = self._memory.tell() + len(data)
        if wanted > len(self._memory):
            self._memory.resize(max(wanted, 2 * len(self._memory)))
        self._memory.write(data)

    def __len__(self) -> int:
        return self._memory.tell() // self._kind.itemsize

    def view(self) -> npt.NDArray[T]:
        """Return the array, which shares the memory; writing to it changes what is here."""
        return np.frombuffer(self._memory, self._kind, len(self))

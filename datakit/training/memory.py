"""Memory that is used at each step stays with the process between two of them."""

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

# Of glibc's malloc.h, and what it begins with.
_M_TRIM_THRESHOLD, _TRIM_THRESHOLD = -1, 128 * 1024
_M_MMAP_MAX, _MMAP_MAX = -4, 65_536


@contextmanager
def memory_kept() -> Iterator[None]:
    """Let glibc keep what is freed, and give it back at the end; elsewhere do nothing.

    It hands large blocks back to the kernel and gets them anew, page by page and filled with zeros: a quarter of
    a step on long texts (1.3 of 4.9 CPU seconds, MiniLM, 16 rows of 288 tokens).
    """
    if platform.libc_ver()[0] != "glibc":
        yield
        return
    libc = ctypes.CDLL(None)
    libc.mallopt(_M_MMAP_MAX, 0)
    libc.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
    try:
        yield
    finally:
        libc.mallopt(_M_MMAP_MAX, _MMAP_MAX)
        libc.mallopt(_M_TRIM_THRESHOLD, _TRIM_THRESHOLD)
        libc.malloc_trim(0)

"""Processes that are not to outlive the one that has started them."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when its parent ends, however it ends. Linux only; elsewhere a no-op.

    Args:
        parent: its process id, as it knew itself; if it has ended by now, this process ends too.
    """
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (AttributeError, OSError):
        return
    if os.getppid() != parent:
        os._exit(1)

"""Memory between two steps."""

import platform
import resource

import pytest
import torch

from datakit.training.memory import memory_kept


def faults(times=10):
    """Return how many pages the kernel had to give while 40 MB are taken and given back a few times."""
    torch.ones(10_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        torch.ones(10_000_000)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators are left alone")
def test_fewer_pages_are_asked_for():
    """Ten times 40 MB are 100,000 pages of 4 kB; how many of them are kept depends on what else is in the heap."""
    usual = faults()
    if usual < 50_000:
        pytest.skip("the process has so much free memory that nothing is asked for")
    with memory_kept():
        kept = faults()
    assert kept < usual

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
def test_pages_are_kept_and_then_given_back_again():
    """Ten times 40 MB are 100,000 pages of 4 kB; kept, few are new."""
    usual = faults()
    with memory_kept():
        kept = faults()
    assert kept < usual / 2
    assert faults() > kept * 2

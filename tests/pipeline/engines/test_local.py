"""The local engine."""

import os

from datakit.pipeline.engines.local import Local


def square(n):
    """Return the square and the process that computed it."""
    return n * n, os.getpid()


def test_results_come_in_the_order_of_the_shards_for_any_number_of_workers():
    """One process or two: the same results in the same order."""
    alone = [value for value, _ in Local(workers=1).map_shards(square, [1, 2, 3, 4])]
    together = list(Local(workers=2).map_shards(square, [1, 2, 3, 4]))
    assert [value for value, _ in together] == alone == [1, 4, 9, 16]
    assert os.getpid() not in {process for _, process in together}


def test_one_shard_needs_no_worker():
    """Starting a process costs more than a small shard."""
    assert list(Local().map_shards(square, [3])) == [(9, os.getpid())]

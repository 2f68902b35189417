"""The learning-rate range test."""

from itertools import pairwise

import torch
from support import sms

from datakit.core.corpus import Corpus
from datakit.training.range_test import RangePoint, RangeTest, range_test
from datakit.training.settings import Settings


def test_where_weights_move_healthily_and_where_the_loss_is_lowest():
    """By the update ratio of each step; of the loss the first few batches do not count."""
    figures = [(10.0**i, 0.1 if i < 10 else 2.0 - i / 20, 10.0 ** (i - 9)) for i in range(15)]
    points = [RangePoint(rate=r, loss=x, update_ratio=u, smoothed=x) for r, x, u in figures]
    test = RangeTest(points=tuple(points))
    assert test.healthy == (10.0**5, 10.0**6)
    assert test.lowest == 10.0**14
    assert RangeTest(points=tuple(points[:5])).healthy is None


def test_the_rate_rises_until_the_loss_explodes(tiny_encoder):
    """By the same factor each step; seeded, and the caller's random state is as before."""
    rows = sms(40)
    train = Corpus.from_columns([row["text"] for row in rows], [row["label"] for row in rows])
    settings, told = Settings(batch_size=4, max_length=32), []
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first, second = (
        range_test(tiny_encoder, train, settings=settings, seed=1, progress=lambda *told_: told.append(told_))
        for _ in range(2)
    )
    assert torch.equal(torch.get_rng_state(), state)
    assert first == second
    rates = [point.rate for point in first.points]
    assert rates[0] == 1e-7
    assert rates[-1] > 1e-2
    ratios = {round(b / a, 6) for a, b in pairwise(rates)}
    assert len(ratios) == 1
    assert told[len(rates) - 1][0] == len(rates)
    assert first.lowest > 1e-4
    assert first.points[0].update_ratio < 1e-5
    assert first.points[-1].update_ratio > 1e-2

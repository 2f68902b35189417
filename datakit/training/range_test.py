"""The learning-rate range test: the loss of a training whose rate rises with every step."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from datakit.core.corpus import Corpus
from datakit.core.hushed import quiet_transformers
from datakit.core.seeding import global_state_lent, seed_for
from datakit.training.batches import padding_of, rows_of
from datakit.training.criterion import criterion_of
from datakit.training.learning_rate import HEALTHY, Point, batches_of, steps
from datakit.training.outset import Outset
from datakit.training.recorder import Progress
from datakit.training.sampling import sampler_of
from datakit.training.settings import Settings
from datakit.training.task import Task

RATES = (1e-7, 1.0)  # first and last
STEPS = 100
_SMOOTHING = 0.9
_SETTLING = 10  # steps before the mean is one
_EXPLODED = 4.0  # times the lowest loss


@dataclass(frozen=True, kw_only=True, slots=True)
class RangePoint(Point):
    """One step of a range test."""

    smoothed: float  #: loss, nats


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeTest:
    """The loss over a rising rate."""

    points: tuple[RangePoint, ...]

    @property
    def healthy(self) -> tuple[float, float] | None:
        """The lowest and the highest rate whose update ratio is that of trainings that succeed; None if none is.

        Where the loss falls fastest is not told: on TREC-6, with 16 rows a step, that was at 1e-6, by chance.
        """
        low, high = HEALTHY
        rates = [point.rate for point in self.points if low <= point.update_ratio <= high]
        return (rates[0], rates[-1]) if rates else None

    @property
    def lowest(self) -> float:
        """The rate at which the smoothed loss is lowest; a peak rate stays well below it."""
        return min(self._settled, key=lambda point: point.smoothed).rate

    @property
    def _settled(self) -> tuple[RangePoint, ...]:
        """The points whose smoothed loss is a mean of more than a few batches."""
        return self.points[_SETTLING:] or self.points


def range_test(pretrained: Path, train: Corpus, *, settings: Settings, seed: int, progress: Progress) -> RangeTest:
    """Train at rates that rise from 1e-7 to 1 in 100 steps, each by the same factor, until the loss explodes.

    It ends where the smoothed loss is four times its lowest. Smoothing is exponential, with the bias of its
    beginning taken out. The global random state is as before afterwards.

    Source: Smith 2017, Cyclical Learning Rates for Training Neural Networks, 3.3; the end and the smoothing are
    those of Howard & Gugger 2020, fastai.

    Args:
        pretrained: folder of the encoder, as for `finetune`.
        train: rows to learn from.
        settings: all but the rate and its schedule.
        seed: of the head, the batches and dropout.
        progress: told after every step.
    """
    task = Task.of(train)
    with quiet_transformers(), global_state_lent(seed_for(seed, "range test")), torch.random.fork_rng():
        outset = Outset.of(pretrained, task, settings, seed)
        read = outset.reading.windows(outset.tokenizer, train.texts)
        shown = train.take(read.documents)  # a row a window
        rows = rows_of(read.ids, task.targets(shown))
        sampler = sampler_of(settings, task, shown, read.lengths, seed)
        batches = batches_of(rows, sampler, padding_of(outset.tokenizer), settings)
        points: list[RangePoint] = []
        mean, lowest = 0.0, math.inf
        rates = np.geomspace(*RATES, STEPS).tolist()
        for n, point in enumerate(steps(outset.model, batches, criterion_of(settings, task), settings, rates), 1):
            mean = _SMOOTHING * mean + (1 - _SMOOTHING) * point.loss
            smoothed = mean / (1 - _SMOOTHING**n)
            if not math.isfinite(smoothed) or smoothed > _EXPLODED * lowest:
                break
            lowest = min(lowest, smoothed if n > _SETTLING else math.inf)
            points.append(RangePoint(**asdict(point), smoothed=smoothed))
            progress(n, STEPS, f"rate {point.rate:.1e}, loss {point.loss:.3f}")
    return RangeTest(points=tuple(points))

"""Which rows an epoch sees, which of them make a batch, and in which order the batches come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from torch.utils.data import BatchSampler, Sampler

from datakit.core.corpus import Corpus
from datakit.core.errors import Problem, UsageError
from datakit.core.seeding import seed_for
from datakit.training.settings import Sampling, Settings
from datakit.training.task import Task

POOL = 16  # batches that are sorted by length together: enough to save padding, few enough to mix labels

Rows = npt.NDArray[np.intp]


def sampler_of(
    settings: Settings, task: Task, train: Corpus, lengths: Sequence[int], seed: int
) -> "LengthGrouped":
    """Return the sampler that the settings ask for, over the rows to learn from.

    Args:
        settings: batch size, processes and sampling.
        task: what is learnt.
        train: the rows.
        lengths: tokens of each row.
        seed: of the run.
    """
    draw = Draw(kinds=kinds(task, train), sampling=settings.sampling, seed=seed)
    return LengthGrouped(lengths, settings.batch_size * settings.processes, seed, draw)


def kinds(task: Task, rows: Corpus) -> Rows:
    """Return the place of each row's label, (n,); of its rarest where it has several, and -1 where it has none."""
    if not task.multi_label:
        return np.asarray(task.targets(rows), dtype=np.intp)
    place = {label: i for i, label in enumerate(task.labels)}
    return np.array(
        [
            min((place[label] for label in labels), key=lambda i: (task.counts[i], i), default=-1)
            for labels in rows.label_sets
        ],
        dtype=np.intp,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Draw:
    """Which rows each epoch sees: for a seed and an epoch always the same ones.

    `shuffled` gives every row once. `balanced` draws as many rows as there are, with replacement, every kind
    equally likely. `oversample` gives every kind as many rows as the largest has, `undersample` as the smallest
    has: each epoch goes on in a fixed random order of a kind's rows where the last one stopped, so that no row
    comes twice before all have come once.
    """

    kinds: Rows  #: (n,), see there
    sampling: Sampling
    seed: int  #: of the run

    def __len__(self) -> int:
        counts = np.unique(self.kinds, return_counts=True)[1]
        size = {"oversample": counts.max(), "undersample": counts.min()}.get(self.sampling)
        return len(self.kinds) if size is None else len(counts) * int(size)

    def rows(self, epoch: int) -> Rows:
        """Return the places of an epoch's rows, in no meaningful order."""
        if self.sampling == "shuffled":
            return np.arange(len(self.kinds))
        found, kind, counts = np.unique(self.kinds, return_inverse=True, return_counts=True)
        if self.sampling == "balanced":
            rng = np.random.default_rng(seed_for(self.seed, "rows", epoch))
            return rng.choice(len(self.kinds), len(self.kinds), p=1 / (len(found) * counts[kind]))
        size = len(self) // len(found)
        places = np.arange(epoch * size, (epoch + 1) * size)
        return np.concatenate([np.take(order, places, mode="wrap") for order in self._orders(found)])

    def _orders(self, found: Rows) -> Iterator[Rows]:
        for kind in found:
            rng = np.random.default_rng(seed_for(self.seed, "rows of a kind", int(kind)))
            yield rng.permutation(np.flatnonzero(self.kinds == kind))


class LengthGrouped(Sampler[int]):
    """Batches of rows of like length, in random order.

    transformers' `LengthGroupedSampler` hands out 50 batches at a time from the longest to the shortest. Where
    labels differ in length, as spam does from ham, an epoch then ends on batches of one label: on SMS spam
    the model answered `ham` to everything after the first epoch (macro-F1 .464, with another seed .976).

    Args:
        lengths: tokens of each row.
        batch_size: rows, of all processes together.
        seed: of the run; each epoch has an order of its own.
        draw: the rows that each epoch sees.
    """

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int, draw: Draw) -> None:
        self._lengths = np.asarray(lengths)
        self._batch_size = batch_size
        self._seed = seed
        self._draw = draw
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order; called by the Trainer before each epoch."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        """Yield every row of the epoch, batch by batch; an incomplete batch comes last."""
        rng = np.random.default_rng(seed_for(self._seed, "batches", self._epoch))
        order = rng.permutation(self._draw.rows(self._epoch))
        size = self._batch_size
        pools = (order[i : i + POOL * size] for i in range(0, len(order), POOL * size))
        by_length = np.concatenate([pool[np.argsort(self._lengths[pool], kind="stable")] for pool in pools])
        batches = [by_length[i : i + size] for i in range(0, len(by_length), size)]
        whole = len(by_length) // size
        for i in [*rng.permutation(whole), *range(whole, len(batches))]:
            yield from batches[i].tolist()

    def __len__(self) -> int:
        return len(self._draw)


class Share(BatchSampler):
    """What one of several processes takes of each batch: as many rows as the others do, or one less.

    Every row comes once in an epoch, and a step learns the rows that a single process with batches of that size in
    all would. accelerate deals out whole batches, and lets some rows come twice to make their number even. A
    last batch of fewer rows than processes joins the one before: no process may be left without a row.

    Args:
        sampler: the rows of an epoch, batch by batch.
        settings: how many processes there are, and the rows that each takes.
        rank: of the process, from 0.

    Raises:
        UsageError: there are fewer rows than processes.
    """

    def __init__(self, sampler: LengthGrouped, settings: Settings, rank: int) -> None:
        super().__init__(sampler, settings.batch_size, drop_last=False)
        self._processes = settings.processes
        self._rank = rank
        if len(sampler) < settings.processes:
            raise UsageError(
                Problem(
                    where="finetune.processes",
                    got=f"{settings.processes} processes for {len(sampler)} rows to learn from",
                    fix="one process is enough",
                )
            )

    def __iter__(self) -> Iterator[list[int]]:
        """Yield this process's rows of each batch."""
        rows, size = list(self.sampler), self.batch_size * self._processes
        for i in range(len(self)):
            end = (i + 1) * size if i + 1 < len(self) else len(rows)
            yield rows[i * size : end][self._rank :: self._processes]

    def __len__(self) -> int:
        whole, rest = divmod(len(cast("LengthGrouped", self.sampler)), self.batch_size * self._processes)
        return whole + (rest >= self._processes)

"""The real sets that faults are planted in, cut to what a training of half a minute can learn."""

import gzip
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from datakit.core.corpus import Corpus, Splits
from datakit.core.seeding import rng_for

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ROWS = {"train": 512, "validation": 160, "test": 300}
WORDS = 14  #: texts of the longer sets have so many at most: as short as trec6's, they take as little time
RARE_TEST = 500  #: test rows where a label is rare: of 300 there would be six at 1:50

Pair = tuple[str, str]  # text, label


@dataclass(frozen=True, kw_only=True, slots=True)
class Set:
    """Where the rows come from, and how rare the rarer label is made."""

    name: str
    source: str  #: name of the files
    development: bool  #: whether thresholds of rules may be chosen by it
    rare: str | None = None  #: this label against all others, or the other one
    ratio: int = 1  #: rows of the others for each rare one
    natural: bool = True  #: whether the frequencies are the source's own
    longest: int | None = None  #: words of the texts that are drawn

    @property
    def even(self) -> bool:
        """Whether rows enough of every label are there for a plain training to be healthy."""
        return self.ratio <= 10

    def splits(self, seed: int, folder: Path = DATA) -> Splits:
        """Draw train, validation and test; a text is in one of them only.

        Args:
            seed: of the drawing.
            folder: with the files.
        """
        rng = rng_for(seed, "rows", self.name)
        learnt, tested = (
            [row for row in pool if self.longest is None or len(row[0].split()) <= self.longest]
            for pool in _pools(folder, self.source, rng)
        )
        sizes = ROWS if self.natural or self.ratio == 1 else {**ROWS, "test": RARE_TEST}
        train = self._drawn(learnt, sizes["train"] + sizes["validation"], rng)
        held_out = self._stratified(train, sizes["validation"])
        corpora = {
            "train": [row for i, row in enumerate(train) if i not in held_out],
            "validation": [train[i] for i in sorted(held_out)],
            "test": self._drawn(tested, sizes["test"], rng),
        }
        return Splits({name: corpus_of(name, rows) for name, rows in corpora.items()})

    def _drawn(self, pool: Sequence[Pair], n: int, rng: random.Random) -> list[Pair]:
        """Return n rows of a shuffled pool: the first ones, or with the wanted ratio."""
        if self.natural:
            return list(pool[:n])
        named = [(text, label if label == self.rare else f"not {self.rare}") for text, label in pool]
        few = round(n / (self.ratio + 1))
        rows = [row for row in named if row[1] == self.rare][:few]
        rows += [row for row in named if row[1] != self.rare][: n - few]
        rng.shuffle(rows)
        return rows

    @staticmethod
    def _stratified(rows: Sequence[Pair], n: int) -> set[int]:
        """Return the places of n rows, spread evenly over the rows in the order of their labels."""
        order = sorted(range(len(rows)), key=lambda i: (rows[i][1], i))
        return {order[int((k + 0.5) * len(rows) / n)] for k in range(n)}


SETS: Mapping[str, Set] = MappingProxyType(
    {
        one.name: one
        for one in (
            Set(name="trec6", source="trec6", development=True),
            Set(name="trec6-1:10", source="trec6", development=True, rare="HUM", ratio=10, natural=False),
            Set(name="sst2", source="sst2", development=False, longest=WORDS),
            Set(
                name="sst2-1:10",
                source="sst2",
                development=False,
                rare="positive",
                ratio=10,
                natural=False,
                longest=WORDS,
            ),
            Set(
                name="sst2-1:50",
                source="sst2",
                development=False,
                rare="positive",
                ratio=50,
                natural=False,
                longest=WORDS,
            ),
            Set(name="hate_offensive", source="hate_offensive", development=False, longest=WORDS),
        )
    }
)


def corpus_of(name: str, rows: Sequence[Pair]) -> Corpus:
    """Return rows as a corpus, each with an id of its own."""
    texts, labels = zip(*rows, strict=True)
    return Corpus.from_columns(texts, labels, id=[f"{name}-{i}" for i in range(len(rows))])


def _pools(folder: Path, source: str, rng: random.Random) -> tuple[list[Pair], list[Pair]]:
    """Return the shuffled rows to learn from and those to be tested on; the former without the latter's texts."""
    files = sorted(folder.glob(f"{source}.*.jsonl*"))
    parts = {file.name.split(".")[1]: _read(file) for file in files}
    whole = parts.get("all", [])
    for rows in (whole, *parts.values()):
        rng.shuffle(rows)
    learnt, tested = (whole[2000:], whole[:2000]) if whole else (parts["train"], parts["test"])
    known, seen = {text for text, _ in tested}, set[str]()
    fresh = [(text, label) for text, label in learnt if not (text in known or text in seen or seen.add(text))]
    return fresh, tested


def _read(file: Path) -> list[Pair]:
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8") as lines:
        return [(row["text"], row["label"]) for row in map(json.loads, lines)]

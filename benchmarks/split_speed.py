"""Splitting labelled rows in groups: datakit, scikit-learn and iterative-stratification side by side.

    python benchmarks/split_speed.py [--rows N] [--peer-python PATH] [--data FOLDER]

One label a row: six classes from 40% down to 0.1%, nine rows of ten in a group of their own, the others in groups
of geometric size, one such group in twenty with mixed labels. Several labels a row: the train split of GoEmotions,
if the folder of data sets (`--data`, or DATAKIT_DATA) is there; `--peer-python` names an interpreter that has
iterative-stratification.

CPU seconds are user and system, of the call alone. A class is off by |its share in a split - the fraction asked
for|, in percentage points; the worst of all classes and splits is told. StratifiedGroupKFold is left out above
200,000 rows: at a million it takes minutes.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from datakit.core.corpus import Corpus
from datakit.splitting import Assignment, certify, groups, kfold, split
from datakit.splitting.splitters.stratified import Stratified

Ints = npt.NDArray[np.int64]

CLASSES = (0.4, 0.3, 0.2, 0.09, 0.009, 0.001)
TWO_WAYS = {"train": 0.8, "test": 0.2}
THREE_WAYS = {"train": 0.8, "validation": 0.1, "test": 0.1}
PURE = 0.95  # of the larger groups have one label
FOLDS = 5
SLOW = 200_000

PEER = f"""
import sys, resource, numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
labels = np.load(sys.argv[1])
cpu = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
start, home = cpu(), np.zeros(len(labels), int)
folds = MultilabelStratifiedKFold({FOLDS}, shuffle=True, random_state=0)
for fold, (_, rows) in enumerate(folds.split(labels, labels)):
    home[rows] = fold
np.save(sys.argv[2], home)
print(cpu() - start)
"""


def cpu() -> float:
    """Return the CPU seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def grouped(rows: int) -> tuple[Ints, Ints]:
    """Return the class and the group of each row."""
    rng = np.random.default_rng(0)
    label = rng.choice(len(CLASSES), size=rows, p=CLASSES)
    group = np.arange(rows)
    start = 0
    while start < rows // 10:
        size = int(rng.geometric(0.4)) + 1
        group[start : start + size] = start
        if rng.random() < PURE:
            label[start : start + size] = label[start]
        start += size
    order = rng.permutation(rows)
    return label[order], group[order]


def corpus_of(label: Ints) -> Corpus:
    """Return rows with different texts."""
    names = [f"text {row}" for row in range(len(label))]
    return Corpus.from_columns(names, [f"class {number}" for number in label.tolist()], id=names)


def row(name: str, seconds: float, home: Ints, *, labels: Ints, group: Ints, fractions: Sequence[float]) -> str:
    """Return a line of the table; `labels` is [rows, classes], 0 or 1."""
    counts = np.array([labels[home == place].sum(axis=0) for place in range(len(fractions))])
    off = 100 * np.abs(counts / labels.sum(axis=0) - np.array(fractions)[:, None]).max()
    pairs = np.unique(np.stack([group, home]), axis=1)[0]
    leaked = int((np.unique(pairs, return_counts=True)[1] > 1).sum())
    return f"| {name} | {seconds:.2f} | {off:.2f} | {leaked:,} |"


def timed(assign: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds that a call takes, and what it returns."""
    start = cpu()
    home = assign()
    return cpu() - start, home


def single_label(rows: int) -> None:
    """Print a line a splitter, and what moves when the file grows by a tenth."""
    from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold, StratifiedShuffleSplit

    label, group = grouped(rows)
    labels = np.eye(len(CLASSES), dtype=np.int64)[label]
    corpus = corpus_of(label)

    def held_out(splitter: Any) -> Ints:  # noqa: ANN401  (scikit-learn ships no types)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # StratifiedShuffleSplit warns that it ignores groups
            test = next(splitter.split(label, label, group))[1]
        return np.isin(np.arange(rows), test).astype(np.int64)

    print(f"\n{rows:,} rows, {len(np.unique(group)):,} groups, rarest class {labels.sum(axis=0).min():,} rows\n")
    print("| splitter | CPU-s | worst class off, points | groups on two sides |\n|---|---|---|---|")
    keys, _ = timed(lambda: corpus.text_keys)
    for fractions in (THREE_WAYS, TWO_WAYS):
        name = f"datakit, {'/'.join(f'{100 * fraction:.0f}' for fraction in fractions.values())}"
        seconds, home = timed(lambda: Stratified().assign(corpus, group, fractions, 13))  # noqa: B023  (called now)
        print(row(name, seconds + keys, home, labels=labels, group=group, fractions=[*fractions.values()]))
    peers = [
        StratifiedShuffleSplit(1, test_size=0.2, random_state=0),
        GroupShuffleSplit(1, test_size=0.2, random_state=0),
    ]
    if rows <= SLOW:
        peers.append(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0))
    for peer in peers:
        seconds, home = timed(lambda: held_out(peer))  # noqa: B023  (called now)
        print(
            row(
                f"{type(peer).__name__}, 80/20",
                seconds,
                home,
                labels=labels,
                group=group,
                fractions=[*TWO_WAYS.values()],
            )
        )
    growth(label, group)


def growth(label: Ints, group: Ints) -> None:
    """Print what moves when the last tenth of the rows is new."""
    from sklearn.model_selection import StratifiedShuffleSplit

    rows, known = len(label), len(label) * 10 // 11
    corpus = corpus_of(label)
    first = np.full(rows, -1)
    first[:known] = Stratified().assign(corpus.take(range(known)), group[:known], TWO_WAYS, 13)
    # A new row of a known group goes where the group stands.
    home = Stratified().assign(corpus, group, TWO_WAYS, 14, first)
    peer = StratifiedShuffleSplit(1, test_size=0.2, random_state=0)
    before = next(peer.split(label[:known], label[:known]))[1]
    after = next(peer.split(label, label))[1]
    print(f"\nGrown from {known:,} to {rows:,} rows: test rows that move into train\n")
    print("| splitter | moved | worst class off afterwards, points |\n|---|---|---|")
    labels = np.eye(len(CLASSES), dtype=np.int64)[label]
    counts = labels[home == 1].sum(axis=0) / labels.sum(axis=0)
    moved = ((first == 1) & (home != 1)).sum() / (first == 1).sum()
    print(f"| datakit, former homes given | {moved:.1%} | {100 * np.abs(counts - 0.2).max():.2f} |")
    print(f"| StratifiedShuffleSplit, the same seed | {1 - np.isin(before, after).mean():.1%} | |")


def multi_label(path: Path, python: str | None) -> None:
    """Print a line a splitter for folds of rows with several labels."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    corpus = Corpus.from_columns([one["text"] for one in found], None, labels=[one["labels"] for one in found])
    names = list(corpus.label_counts)
    labels = np.array([[name in given for name in names] for given in corpus.label_sets]).astype(np.int64)
    print(f"\n{path.name}: {len(corpus):,} rows, {len(names)} labels, {FOLDS} folds\n")
    print("| splitter | CPU-s | worst class off, points | copies on two sides |\n|---|---|---|---|")
    copies, fifths = groups(corpus, near=False), [1 / FOLDS] * FOLDS
    seconds, home = timed(lambda: kfold(corpus, FOLDS, copies))
    print(row("datakit", seconds, home, labels=labels, group=copies, fractions=fifths))
    if python:
        with tempfile.TemporaryDirectory() as folder:
            given, dealt = Path(folder) / "labels.npy", Path(folder) / "home.npy"
            np.save(given, labels)
            told = subprocess.run([python, "-c", PEER, given, dealt], capture_output=True, text=True, check=True)
            home = np.load(dealt)
        print(
            row(
                "iterative-stratification", float(told.stdout), home, labels=labels, group=copies, fractions=fifths
            )
        )
    print("\nThe whole of `split`, 80/10/10, and of `certify`, with near-duplicates looked for and without\n")
    print("| | split, CPU-s | certify, CPU-s | clean | moved after growth by a tenth |\n|---|---|---|---|---|")
    fewer = corpus.take(range(len(corpus) * 10 // 11))
    for near in (True, False):
        before = split(fewer, near=near)
        kept = Assignment.of(before)
        seconds, splits = timed(lambda: split(corpus, near=near, before=kept, seed=14))  # noqa: B023  (called now)
        certifying, certificate = timed(lambda: certify(splits, near=near))  # noqa: B023  (called now)
        moved = sum(len(set(before[name].ids) - set(splits[name].ids)) for name in before)
        print(f"| near={near} | {seconds:.2f} | {certifying:.2f} | {certificate['clean']} | {moved} |")


def main() -> None:
    """Print Markdown tables."""
    parser = argparse.ArgumentParser(description="Splitters side by side.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-python", help="an interpreter that has iterative-stratification")
    shared = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATAKIT_DATA", shared)))
    options = parser.parse_args()
    single_label(options.rows)
    path = options.data / "goemotions.train.jsonl.gz"
    if path.exists():
        multi_label(path, options.peer_python)


if __name__ == "__main__":
    main()

"""What it costs to work in several processes, and how costs grow: predicted from small sizes, then measured.

    python benchmarks/scaling.py [--data FOLDER] [--only engines|growth] [--rows 75000] [--new 5]

The texts are those of the folder of data sets (`--data` or DATAKIT_DATA): posts, tweets, reviews, questions.

*Engines*: `augment` makes `--new` texts a row, by `synonym` and then `insert-punctuation`, with the default
filters: in one process, in two (`local`), on a Ray cluster of this machine with two cores, started for it (`ray`),
and on one that was there before (`joined`), all of whose processes are counted from beginning to end of the work.
`kept` says whether shards are kept in files, as the pipeline does; `found`, that all of them are there already.
What every way gives is compared by its digest. Where two work at once, each takes more CPU seconds for the same
work: they share caches, and often a core of two threads. So serial is also run twice at once, and two workers are
compared with that too; what is beyond it is the engine's.

*Growth*: a line through the two smallest sizes predicts the largest. `validate` reads and checks a JSONL file
without the deep checks; `augment` is the serial one of above; `finetune` is an epoch of MiniLM over rows cut at 64
tokens. Each is also measured with many classes instead of two, and there the prediction is that nothing changes.

CPU seconds are user and system of a process with all that it starts, counted by the kernel in a control group of
its own, which takes root. Imports are included.
"""

import argparse
import gzip
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import mean
from typing import NamedTuple

SOURCES = (
    *("goemotions.train", "hate_offensive.all", "sst2.train", "banking77.train", "imdb_3k.train", "imdb_3k.test"),
    *("goemotions.dev", "goemotions.test", "sms_spam.all"),
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?:<br />)+")
SHORTEST = 5  # words
HELD_OUT = 1000
ADDRESS = "127.0.0.1:6399"
SETTLED = 20  # seconds until the workers of a cluster wait
GROUPS = Path("/sys/fs/cgroup")
FLAT = (GROUPS / "cgroup.controllers").exists()  # version 2
NUMBERS = itertools.count()

ENGINES = (
    *(("serial", "no"), ("ray", "yes"), ("joined", "yes"), ("local", "yes")),
    *(("serial", "yes"), ("serial", "found"), ("local", "no")),
)
GROWTH = {
    "validate": ((20_000, 2), (40_000, 2), (100_000, 2), (100_000, 200)),
    "augment": ((4_000, 2), (8_000, 2), (24_000, 2), (24_000, 200)),
    "finetune": ((200, 2), (400, 2), (1_000, 2), (1_000, 77)),
}


class Cost(NamedTuple):
    """What a part has cost, and what it gave."""

    cpu: float  # seconds
    wall: float  # seconds
    digest: str


def texts(data: Path) -> Iterator[str]:
    """Yield different texts; of long reviews, the sentences."""
    seen = set()
    for name in SOURCES:
        with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"]
                for part in SENTENCE_END.split(text) if name.startswith("imdb") else [text]:
                    if len(part.split()) >= SHORTEST and part not in seen:
                        seen.add(part)
                        yield part


def validate(rows: Sequence[str], classes: int, folder: Path, **_: str) -> str:
    """Validate a file."""
    import datakit as dk

    path = folder / "raw.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for i, text in enumerate(rows):
            file.write(json.dumps({"text": text, "label": f"class {i % classes}"}) + "\n")
    return str(dk.validate(path, deep=False).figures["profile"]["rows"])


def augment(
    rows: Sequence[str], classes: int, folder: Path, *, new: int = 5, engine: str = "serial", kept: str = "no"
) -> str:
    """Make new texts of most rows; the others are the test split."""
    from datakit.augmentation import augment as verb
    from datakit.augmentation.shards import Shelves
    from datakit.core.corpus import Corpus, Splits
    from datakit.pipeline.engines.local import Local
    from datakit.pipeline.engines.ray import Ray

    held_out, learnt = rows[:HELD_OUT], rows[HELD_OUT:]
    labels = [f"class {i % (classes - 1)}" for i in range(len(learnt))]
    splits = Splits(
        {
            "train": Corpus.from_columns([*learnt, "the one that needs nothing"], [*labels, "other"]),
            "test": Corpus.from_columns(held_out, labels[: len(held_out)]),
        }
    )
    wanted = {label: (1 + new) * labels.count(label) for label in sorted(set(labels))}
    engines = {
        "serial": Local(workers=1),
        "local": Local(workers=2),
        "ray": Ray(workers=2),
        "joined": Ray(workers=2, address=ADDRESS, unauthenticated=True),
    }
    shelves = None if kept == "no" else Shelves(root=folder / "shards", made_with={}, told=lambda _: None)
    with engines[engine] as opened:
        given = verb(splits, target=wanted, map_shards=opened.map_shards, shelves=shelves)
    given.train.save(folder / "augmented.parquet")
    return hashlib.sha256((folder / "augmented.parquet").read_bytes()).hexdigest()[:12]


def finetune(rows: Sequence[str], classes: int, folder: Path, **_: str) -> str:
    """Train an epoch."""
    from datakit.core.corpus import Corpus
    from datakit.training.finetune import finetune as verb
    from datakit.training.models import resolve
    from datakit.training.settings import Settings

    labels = [f"class {i % classes}" for i in range(len(rows))]
    validation = Corpus.from_columns(rows[: 2 * classes], labels[: 2 * classes])
    history = verb(
        resolve("minilm").folder,
        Corpus.from_columns(rows, labels),
        validation,
        folder / "model",
        settings=Settings(epochs=1, batch_size=16, max_length=64, learning_rate=1e-5),
        seed=13,
        events=folder / "events",
        progress=lambda *_: None,
    )
    return f"{len(history.steps)} steps"


PARTS = {"validate": validate, "augment": augment, "finetune": finetune}


@contextmanager
def group() -> Iterator[Path]:
    """Give a control group, and wait for its last process."""
    made = (GROUPS if FLAT else GROUPS / "cpuacct") / f"scaling-{os.getpid()}-{next(NUMBERS)}"
    made.mkdir()
    try:
        yield made
    finally:
        while (made / "cgroup.procs").read_text():  # what a cluster needs to end
            time.sleep(0.5)
        made.rmdir()


def spent(group: Path) -> float:
    """Return the CPU seconds of a control group until now."""
    if FLAT:
        return int((group / "cpu.stat").read_text().split()[1]) / 1e6
    return int((group / "cpuacct.usage").read_text()) / 1e9


@contextmanager
def cluster(engine: str | int | None) -> Iterator[Path | None]:
    """Give the control group of a Ray cluster of two cores, where the engine joins one."""
    if engine != "joined":
        yield None
        return
    ray = Path(sys.executable).with_name("ray")
    host, _, port = ADDRESS.partition(":")
    start = f"start --head --block --num-cpus 2 --node-ip-address {host} --port {port} --include-dashboard false"
    local = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_worker_niceness": "0", "OMP_NUM_THREADS": "1"}
    with group() as made:
        command = f"echo $$ > {made / 'cgroup.procs'} && exec {ray} {start}"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(["/bin/sh", "-c", command], env={**os.environ, **local}, **quiet) as head:
            time.sleep(SETTLED)
            try:
                yield made
            finally:
                head.terminate()


def metered(data: Path, part: str, rows: int, classes: int, folder: Path, **how: str | int) -> Cost:
    """Do a part in a process and a control group of its own."""
    order = {"part": part, "rows": rows, "classes": classes, "folder": str(folder), "how": how}
    with group() as own, cluster(how.get("engine")) as others:
        before = spent(others) if others else 0.0
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, __file__, "--data", str(data), "--order", json.dumps(order), "--group", str(own)],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        wall = time.monotonic() - started
        cpu = spent(own) + (spent(others) - before if others else 0.0)
    return Cost(cpu, wall, done.stdout.split()[-1])


def follow(data: Path, order: str, group: Path) -> None:
    """Do one part, as the process that is metered."""
    told = json.loads(order)
    rows = list(itertools.islice(texts(data), told["rows"]))
    (group / "cgroup.procs").write_text(str(os.getpid()))
    print(PARTS[told["part"]](rows, told["classes"], Path(told["folder"]), **told["how"]))


def engines(data: Path, rows: int, new: int) -> None:
    """Print what each engine costs."""
    print(f"\n{rows:,} rows, {new} new texts each\n")
    measured = partial(metered, data, "augment", rows, 2, new=new)
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
        ThreadPoolExecutor() as both,
    ):
        at_once = mean(both.map(lambda folder: measured(Path(folder)).cpu, (one, other)))
    print(f"serial, two at once, each: {at_once:.1f} CPU-s\n")
    print("| engine | shards kept | CPU-s | to serial, not kept | to two at once | wall s | digest |")
    print("|---|---|---|---|---|---|---|")
    serial = 0.0
    with tempfile.TemporaryDirectory() as before:
        for engine, kept in ENGINES:
            with tempfile.TemporaryDirectory() as fresh:
                # The folder of the serial one is looked into a second time.
                folder = Path(before if engine == "serial" and kept != "no" else fresh)
                cost = measured(folder, engine=engine, kept=kept)
            serial = serial or cost.cpu
            print(
                f"| {engine} | {kept} | {cost.cpu:.1f} | {cost.cpu / serial - 1:+.1%} "
                f"| {cost.cpu / at_once - 1:+.1%} | {cost.wall:.0f} | {cost.digest} |",
                flush=True,
            )


def growth(data: Path) -> None:
    """Print what was predicted and what was measured."""
    print("\n| part | rows | classes | predicted CPU-s | measured | off |\n|---|---|---|---|---|---|")
    for part, sizes in GROWTH.items():
        known: list[tuple[int, float]] = []
        for rows, classes in sizes:
            with tempfile.TemporaryDirectory() as folder:
                cost = metered(data, part, rows, classes, Path(folder)).cpu
            told = "| "
            if len(known) == 2:
                (x, y), (z, w) = known
                slope = (w - y) / (z - x)
                predicted = y + slope * (rows - x)
                told = f"{predicted:.1f} | {cost:.1f} | {cost / predicted - 1:+.0%}"
            else:
                known.append((rows, cost))
                told = f"| {cost:.1f} |"
            print(f"| {part} | {rows:,} | {classes} | {told} |", flush=True)
        print(
            f"| {part} | a row | | {1e6 * slope:,.0f} µs | and to begin with | {y - slope * x:.1f} s |", flush=True
        )


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("DATAKIT_DATA"))
    parser.add_argument("--only", choices=("engines", "growth"))
    parser.add_argument("--rows", type=int, default=75_000)
    parser.add_argument("--new", type=int, default=5)
    parser.add_argument("--order", help=argparse.SUPPRESS)
    parser.add_argument("--group", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.data is None:
        parser.error("name the folder of data sets: --data")
    if given.order:
        follow(given.data, given.order, given.group)
        return
    if given.only != "growth":
        engines(given.data, given.rows, given.new)
    if given.only != "engines":
        growth(given.data)


if __name__ == "__main__":
    main()

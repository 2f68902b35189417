"""What helps against imbalance: sentiment cut to one rare class, the ways of teaching beside each other.

    python benchmarks/imbalance.py --data FOLDER --work FOLDER [--ratio N] [--rows N] [--seeds N] [--arms A,B,...]

SST-2's training rows are cut to `rows` of the frequent class and `rows / ratio` of the rare one, drawn by seed;
its development rows to the same ratio, as a user's would be. The official test split stays as it is, half and
half, so that the recall of the rare class stands on 900 rows. Then `datakit compare --arms` with the default
recipe. What is done already stands in the folder `work`: the same command goes on where it was broken off.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from datakit.core.seeding import rng_for

FREQUENT, RARE = "positive", "negative"
ARMS = "plain,weights,threshold,duplicate,synonym,backtranslate"


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file, packed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def cut(rows: Iterable[dict[str, Any]], frequent: int, rare: int, name: str) -> list[dict[str, Any]]:
    """Return so many rows of each class, drawn by the name's own generator, in their order."""
    rows = list(rows)
    kept: set[int] = set()
    for label, wanted in ((FREQUENT, frequent), (RARE, rare)):
        places = [place for place, row in enumerate(rows) if row["label"] == label]
        kept.update(rng_for(13, "imbalance", name, label).sample(places, wanted))
    return [row for place, row in enumerate(rows) if place in kept]


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def datakit(folder: Path, *arguments: str) -> str:
    """Run the command line in a folder; return what it printed.

    Raises:
        SystemExit: it failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "datakit", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    if done.returncode:
        raise SystemExit(f"datakit {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def main() -> None:
    """Cut the files, compare the arms, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("DATAKIT_DATA"))
    parser.add_argument("--work", type=Path, required=True, help="Keeps what is done.")
    parser.add_argument("--ratio", type=int, default=50)
    parser.add_argument("--rows", type=int, default=1000, help="Of the frequent class.")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--arms", default=ARMS)
    options = parser.parse_args()
    if options.data is None:
        parser.error("give --data, or DATAKIT_DATA")
    folder = options.work / f"1-to-{options.ratio}"
    folder.mkdir(parents=True, exist_ok=True)
    rare = options.rows // options.ratio
    write(folder / "train.jsonl", cut(rows_of(options.data / "sst2.train.jsonl.gz"), options.rows, rare, "train"))
    development = rows_of(options.data / "sst2.dev.jsonl")
    frequent = sum(row["label"] == FREQUENT for row in development)
    write(folder / "dev.jsonl", cut(development, frequent, frequent // options.ratio, "dev"))
    write(folder / "test.jsonl", rows_of(options.data / "sst2.test.jsonl"))
    # The imbalance, and that test differs from train, are what is wanted here.
    files = ("train.jsonl", "--validation", "dev.jsonl", "--test", "test.jsonl")
    datakit(folder, "validate", *files, "--json", "--accept", "label-shift", "--accept", "split-leakage")
    told = datakit(folder, "compare", "--arms", options.arms, "--seeds", str(options.seeds), "--json")
    (folder / "told.json").write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()

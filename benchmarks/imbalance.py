"""What helps against imbalance: sentiment cut to one rare class, the ways of teaching beside each other.

    python benchmarks/imbalance.py --data FOLDER --work FOLDER [--ratio N] [--rows N] [--seeds N] [--arms A,B,...]

SST-2's training rows are cut to `rows` of the frequent class and `rows / ratio` of the rare one, drawn by seed;
its development rows to the same ratio, as a user's would be. The official test split stays as it is, half and
half, so that the recall of the rare class stands on 900 rows. Then `datakit compare --arms` with the default
recipe. What is done already stands in the folder `work`: the same command goes on where it was broken off.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from datakit.core.corpus import Corpus
from datakit.core.seeding import rng_for
from datakit.io import read, write

FREQUENT, RARE = "positive", "negative"
ARMS = "plain,weights,threshold,duplicate,synonym,backtranslate"


def cut(rows: Corpus, frequent: int, rare: int, name: str) -> Corpus:
    """Return so many rows of each class, drawn by the name's own generator, in their order."""
    kept: list[int] = []
    for label, wanted in ((FREQUENT, frequent), (RARE, rare)):
        places = [place for place, of in enumerate(rows.labels) if of == label]
        kept += rng_for(13, "imbalance", name, label).sample(places, wanted)
    return rows.take(sorted(kept))


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
    train, development, test = (
        read(options.data / f"sst2.{name}").corpus for name in ("train.jsonl.gz", "dev.jsonl", "test.jsonl")
    )
    frequent = development.label_counts[FREQUENT]
    write(cut(train, options.rows, options.rows // options.ratio, "train"), folder / "train.jsonl")
    write(cut(development, frequent, frequent // options.ratio, "dev"), folder / "dev.jsonl")
    write(test, folder / "test.jsonl")
    files = ("train.jsonl", "--validation", "dev.jsonl", "--test", "test.jsonl")
    datakit(folder, "validate", *files, "--json", "--accept", "split-leakage")  # of the published files
    told = datakit(folder, "compare", "--arms", options.arms, "--seeds", str(options.seeds), "--json")
    (folder / "told.json").write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()

"""An unchanged run of a whole recipe on a large file, in a process of its own: what it costs to find nothing new.

    python benchmarks/rerun.py [--megabytes N] [--rows N] [--again N]

The source is JSON Lines: few rows with a short text and, beside it, a long column that is not learnt from, so
that the first run, which trains, takes minutes and not hours. To a second run the columns are all one: it digests
the file. The model is the embedded encoder, which reads 32 tokens of each text for one epoch, with all blocks
frozen but the last.

Seconds are those of the process, from its start to its end; CPU seconds are user and system. The least of several
runs is told beside the median: where a machine has other work to do it is the fairer figure.
"""

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECIPE = """
source: raw.jsonl
finetune: {epochs: 1, batch_size: 32, max_length: 32, freeze: "embeddings,0-4"}
evaluate: {probe: false}
"""


def written(path: Path, rows: int, size: int) -> None:
    """Write `rows` rows of `size` bytes in all: short messages, each with a page that it came from."""
    rng = random.Random(13)
    with path.open("w") as file:
        for i in range(rows):
            begin, label = ("see you at home", "ham") if i % 4 else ("claim your prize", "spam")
            text = f"{begin} {rng.randrange(10**6)} {rng.randrange(10**6)} {i}"
            page = rng.randbytes(size // rows // 2).hex()
            file.write(json.dumps({"id": f"row-{i}", "text": text, "label": label, "page": page}) + "\n")


def timed(folder: Path) -> tuple[float, float, int]:
    """Run the recipe; return wall seconds, CPU seconds and the exit code."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "datakit", "run", "recipe.yaml", "--quiet"], cwd=folder, check=False
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.returncode


def main() -> None:
    """Run once, then unchanged, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--again", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        written(folder / "raw.jsonl", given.rows, given.megabytes * 1_000_000)
        (folder / "recipe.yaml").write_text(RECIPE)
        size = (folder / "raw.jsonl").stat().st_size / 1e6
        first = timed(folder)
        again = [timed(folder) for _ in range(given.again)]
        runs = len(list(folder.glob(".datakit/runs/*")))
        codes = sorted({code for *_, code in again})
        print(f"{size:,.0f} MB, {given.rows:,} rows; exit codes {first[2]}, then {codes}; runs written: {runs}\n")
        print("| run | wall s, least | wall s, median | CPU s, least | CPU s, median |")
        print("|---|---|---|---|---|")
        print(f"| first | {first[0]:.1f} | | {first[1]:.1f} | |")
        walls, cpus = [wall for wall, *_ in again], [cpu for _, cpu, _ in again]
        middle = statistics.median
        print(f"| unchanged | {min(walls):.2f} | {middle(walls):.2f} | {min(cpus):.2f} | {middle(cpus):.2f} |")


if __name__ == "__main__":
    main()

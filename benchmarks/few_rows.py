"""Which options suit few rows: some hundred rows of real sets, several draws, every way on the same rows.

    python benchmarks/few_rows.py [--data FOLDER] [--sets NAME ...] [--rows N ...] [--seeds N ...]
        --ways finetune.learning_rate=1e-4 finetune.learning_rate=2e-4

From the published train rows of a set are drawn, another seed another draw: `--rows` to learn from, a quarter as
many (at least 20) for validation, and 600 to measure on; the published test rows are not touched. `--misspelt`
gives so many of the rows to learn from a label of their own, a misspelling of the most frequent one, which is
wrong for no row of the others. A way is one or more options of a recipe, joined by `;`. One thread.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import Any

from accuracy import SETS, followed

from datakit.core.seeding import rng_for

DEFAULT = ("sst2", "trec6", "hate_offensive")
MEASURED_ON = 600
#: What is said of so few rows.
ACCEPTED = ("labels-not-categorical", "rare-class", "too-few-rows", "split-leakage")


def main() -> None:
    """Run all, print a line each set and size, and the raw figures as JSON lines on standard error."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("DATAKIT_DATA"))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=DEFAULT)
    parser.add_argument("--rows", nargs="+", type=int, default=(40, 128, 400))
    parser.add_argument("--seeds", nargs="+", type=int, default=(1, 2, 3, 4))
    parser.add_argument("--misspelt", type=int, default=0)
    parser.add_argument("--ways", nargs="+", required=True)
    options = parser.parse_args()
    if options.data is None:
        parser.error("give --data, or DATAKIT_DATA")
    print("| set | rows | " + " | ".join(options.ways) + " |\n" + "|---" * (2 + len(options.ways)) + "|")
    for name in options.sets:
        for rows in options.rows:
            found: dict[str, list[float]] = {way: [] for way in options.ways}
            for seed in options.seeds:
                with tempfile.TemporaryDirectory() as folder:
                    source = drawn(
                        options.data / SETS[name][0]["path"], rows, seed, options.misspelt, Path(folder)
                    )
                    for way in options.ways:
                        recipe = {"source": source, "seed": seed, "accept": ACCEPTED}
                        figures = followed(recipe, ["evaluate.probe=false", *way.split(";")])
                        told = {"set": name, "rows": rows, "seed": seed, "way": way, **figures}
                        print(json.dumps(told), file=sys.stderr, flush=True)
                        found[way].append(figures["model"]["macro_f1"])
            cells = (f"{fmean(each):.3f} ({', '.join(f'{one:.3f}' for one in each)})" for each in found.values())
            print(f"| {name} | {rows} | " + " | ".join(cells) + " |", flush=True)


def drawn(path: Path, rows: int, seed: int, misspelt: int, folder: Path) -> dict[str, str]:
    """Write the rows that are drawn; return the paths by role."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        all_rows: list[dict[str, Any]] = [
            {name: row[name] for name in ("id", "text", "label")} for row in map(json.loads, file)
        ]
    rng_for(seed, "few-rows", path.name).shuffle(all_rows)
    validation = max(20, rows // 4)
    cuts = {"path": all_rows[:rows], "validation": all_rows[rows : rows + validation]}
    cuts["test"] = all_rows[rows + validation :][:MEASURED_ON]
    ((common, _),) = Counter(row["label"] for row in all_rows).most_common(1)
    for row in [row for row in cuts["path"] if row["label"] == common][:misspelt]:
        row["label"] = f"{common}x"
    for role, some in cuts.items():
        (folder / f"{role}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in some), encoding="utf-8")
    return {role: str(folder / f"{role}.jsonl") for role in cuts}


if __name__ == "__main__":
    main()

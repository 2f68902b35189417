"""The files of docs/complaints: public data, cut by seed to what the five complaints describe.

    python tests/complaints/situations.py DATA FOLDER

`DATA` holds SST-2 (sentences of film reviews, positive or negative), TREC-6 (questions, by what they ask for) and
3,000 IMDB reviews as JSON Lines, `sst2.train.jsonl.gz` and so on, with `id`, `text` and `label`.
"""

import gzip
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datakit.core.seeding import rng_for

_HALF = ("positive", "negative")
_SST2, _TREC = "sst2.train.jsonl.gz", "trec6.train.jsonl.gz"

#: What each file is cut from, and of each label which rows, by their places in an order drawn by seed.
CUTS: Mapping[str, tuple[str, Mapping[str, range]]] = {
    "reviews-80-20": (_SST2, {"positive": range(640), "negative": range(160)}),
    "reviews-10-2": (_SST2, {"positive": range(500), "negative": range(100)}),
    "sentences": (_SST2, dict.fromkeys(_HALF, range(350))),
    **{f"first-{2 * n}": (_SST2, dict.fromkeys(_HALF, range(n))) for n in (1, 8, 20, 32, 128)},
    "validation": ("sst2.dev.jsonl", dict.fromkeys(_HALF, range(50))),
    "test": ("sst2.test.jsonl", dict.fromkeys(_HALF, range(150))),
    "films": ("imdb_3k.train.jsonl.gz", dict.fromkeys(_HALF, range(150))),
    "films-test": ("imdb_3k.test.jsonl.gz", dict.fromkeys(_HALF, range(150))),
    "headlines-10-2": (_TREC, {"HUM": range(500), "LOC": range(100)}),
    "headlines-12": (_TREC, {"HUM": range(10), "LOC": range(2)}),
    "headlines-validation": (_TREC, {"HUM": range(500, 600), "LOC": range(100, 120)}),
    "headlines-test": ("trec6.test.jsonl", {"HUM": range(65), "LOC": range(13)}),
}
#: `sentences-repeated` has the rows of `first-40` so many times.
TIMES = 12


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return id, text and label of the rows of a file, packed or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [{name: row[name] for name in ("id", "text", "label")} for row in map(json.loads, file)]


def cut(data: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of one file, in their order."""
    if name == "sentences-repeated":
        few = cut(data, "first-40")
        return [{**row, "id": f"{row['id']}-{time}"} for time in range(TIMES) for row in few]
    source, wanted = CUTS[name]
    rows = rows_of(data / source)
    kept = {
        ids[place] for label, places in wanted.items() for ids in [_drawn(rows, label, source)] for place in places
    }
    return [row for row in rows if row["id"] in kept]


def write(data: Path, name: str, folder: Path) -> Path:
    """Write the file of this name into a folder; return its path."""
    path = folder / f"{name}.jsonl"
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in cut(data, name))
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _drawn(rows: list[dict[str, Any]], label: str, source: str) -> list[str]:
    ids = [row["id"] for row in rows if row["label"] == label]
    rng_for(13, "complaints", source, label).shuffle(ids)
    return ids


if __name__ == "__main__":
    source_folder, folder = map(Path, sys.argv[1:])
    folder.mkdir(parents=True, exist_ok=True)
    for each in (*CUTS, "sentences-repeated"):
        print(write(source_folder, each, folder))  # noqa: T201

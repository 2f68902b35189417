"""Reading a million labelled rows: datakit, pandas and datasets side by side.

    python benchmarks/bench_reading.py [rows]

Each reader runs in a process of its own; CPU seconds (user and system) and peak memory include the imports. The
file is made up of pseudo-words, about 225 bytes a row.
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

READERS = {
    "datakit": "from datakit.io import read\nread(path)",
    "pandas": "import pandas\npandas.read_json(path, lines=True)",
    "datasets": "import datasets\ndatasets.Dataset.from_json(path, cache_dir=path + '.cache')",
}


def write(path: Path, rows: int) -> None:
    """Write a file of labelled rows."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 10))) for _ in range(20_000)]
    with path.open("w", encoding="utf-8") as file:
        for i in range(rows):
            text = " ".join(rng.choices(words, k=rng.randint(10, 45)))
            file.write(json.dumps({"id": f"row-{i}", "text": text, "label": f"label-{i % 7}"}) + "\n")


def measured(code: str, path: Path) -> tuple[float, float]:
    """Return CPU seconds and peak megabytes of a fresh interpreter."""
    script = (
        f"path = {str(path)!r}\n{code}\n"
        "import resource as r; u = r.getrusage(r.RUSAGE_SELF); print(u.ru_utime + u.ru_stime, u.ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split()[-2:])
    return seconds, megabytes


def main() -> None:
    """Print a line a reader, with the ratio to datakit."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        write(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        results = {name: measured(code, path) for name, code in READERS.items()}
    own_seconds, own_memory = results["datakit"]
    for name, (seconds, megabytes) in results.items():
        ratio = f"{seconds / own_seconds:.1f} x the time, {megabytes / own_memory:.1f} x the memory"
        print(f"{name:<10} {seconds:6.1f} CPU-s {megabytes:7.0f} MB   {ratio}")


if __name__ == "__main__":
    main()

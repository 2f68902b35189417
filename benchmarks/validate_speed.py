"""Validation of a million rows: datakit beside pandas with Great Expectations, and beside parsing alone.

Each tool runs as a process of its own, one after the other, on the same generated file (225 MB at a million
rows: pseudo-words, Zipf-distributed, 3% copies, 5 labels). CPU seconds are user + system of the process and its
children; the peak is the largest resident size it had (VmHWM: ru_maxrss would inherit the peak of its parent).

    python benchmarks/validate_speed.py [--rows 1000000] [--keep FILE]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

LABELS = ["sports", "world", "business", "scitech", "rare_class"]
SHARES = [0.4, 0.3, 0.2, 0.09, 0.01]

REPORT = """
import os
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
times = os.times()
print("FIGURES", times.user + times.system + times.children_user + times.children_system, int(peak) / 1024, note)
"""

TOOLS = {
    "msgspec, parsing alone": """
import msgspec
class Row(msgspec.Struct, gc=False):
    text: str
    label: str
decoder = msgspec.json.Decoder(Row)
rows = 0
with open(path, "rb") as file:
    while lines := file.readlines(1 << 19):
        rows += len(decoder.decode_lines(b"".join(lines)))
note = f"{rows:,} rows"
""",
    "json of the standard library, parsing alone": """
import json
with open(path, encoding="utf-8") as file:
    rows = sum(1 for line in file if json.loads(line))
note = f"{rows:,} rows"
""",
    "datakit, all checks but the deep ones": """
import datakit as dk
report = dk.validate(path, deep=False)
from datakit.validation import checks
run = sum(not check.deep for check in checks.all())
note = f"{report.figures['profile']['rows']:,} rows, {run} checks, {len(report.findings)} findings"
""",
    "datakit validate --no-deep: the verb with quarantine, artefacts and the GX gate": """
import contextlib, io, os, shutil, tempfile
from datakit.cli.main import run
os.chdir(tempfile.mkdtemp(prefix="validate-speed-"))
with contextlib.redirect_stdout(io.StringIO()) as out:
    code = run(["validate", path, "--no-deep", "--quiet"])
shutil.rmtree(os.getcwd())
note = f"exit {code}"
""",
    "pandas and Great Expectations, 11 expectations": """
import warnings
warnings.simplefilter("ignore")
import pandas as pd
import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.data_context.types import base
frame = pd.read_json(path, lines=True)
stores = base.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
context = gx.get_context(mode="ephemeral", project_config=base.DataContextConfig(
    store_backend_defaults=stores, progress_bars=base.ProgressBarsConfig(globally=False), analytics_enabled=False))
batch = (context.data_sources.add_pandas("p").add_dataframe_asset("a")
         .add_batch_definition_whole_dataframe("b").get_batch(batch_parameters={"dataframe": frame}))
labels = ["sports", "world", "business", "scitech", "rare_class"]
suite = gx.ExpectationSuite(name="s", expectations=[
    gxe.ExpectColumnToExist(column="text"), gxe.ExpectColumnToExist(column="label"),
    gxe.ExpectColumnValuesToNotBeNull(column="text"), gxe.ExpectColumnValuesToNotBeNull(column="label"),
    gxe.ExpectColumnValuesToBeInSet(column="label", value_set=labels),
    gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=3, max_value=2000),
    gxe.ExpectColumnValuesToNotMatchRegex(column="text", regex=r"<[a-zA-Z/][^>]*>"),
    gxe.ExpectColumnValuesToNotMatchRegex(column="text", regex=r"[\\w.+-]+@[\\w-]+\\.\\w+"),
    gxe.ExpectColumnValuesToBeUnique(column="text"),
    gxe.ExpectColumnUniqueValueCountToBeBetween(column="label", min_value=2, max_value=100),
    gxe.ExpectTableRowCountToBeBetween(min_value=50),
])
result = batch.validate(suite)
unmet = sum(not one.success for one in result.results)
note = f"{len(frame):,} rows, {len(result.results)} expectations, {unmet} unmet"
""",
}


def main() -> None:
    """Generate the file, run the tools, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="generate the file here, or use it if it is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "rows.jsonl"
        if not path.exists():
            generate(options.rows, path)
        print(f"{path.stat().st_size / 1e6:.0f} MB")
        measured = {name: measure(code, path) for name, code in TOOLS.items()}
    ours = measured["datakit, all checks but the deep ones"][0]
    print(f"{'tool':82} {'CPU-s':>7} {'peak MB':>8} {'ratio':>6}")
    for name, (seconds, peak, note) in measured.items():
        print(f"{name:82} {seconds:7.2f} {peak:8.0f} {seconds / ours:6.2f}  {note}")


def measure(code: str, path: Path) -> tuple[float, float, str]:
    """Return CPU seconds, peak in MB, and what the tool says of itself."""
    script = f"path = {json.dumps(str(path))}\n{code}\n{REPORT}"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        sys.exit(done.stderr)
    _, seconds, peak, note = done.stdout.splitlines()[-1].split(maxsplit=3)
    return float(seconds), float(peak), note


def generate(rows: int, path: Path) -> None:
    """Write the rows; the same number gives the same bytes."""
    rng = np.random.default_rng(0)
    words = np.array(sorted(_words(rng, 30_000)))
    rng.shuffle(words)
    weights = 1 / np.arange(1, len(words) + 1) ** 0.9
    earlier: list[tuple[str, str]] = []
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, rows, 50_000):
            for text, label in _texts(rng, words, weights / weights.sum(), min(50_000, rows - start), earlier):
                file.write(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n")


def _words(rng: np.random.Generator, n: int) -> set[str]:
    words: set[str] = set()
    while len(words) < n:
        syllables = rng.integers(1, 5)
        words.add(
            "".join(
                str(rng.choice(list("bcdfghjklmnprstvwz")))
                + str(rng.choice(list("aeiou")))
                + (str(rng.choice(list("bcdfghjklmnprstvwz"))) if rng.random() < 0.3 else "")
                for _ in range(syllables)
            )
        )
    return words


def _texts(
    rng: np.random.Generator, words: np.ndarray, weights: np.ndarray, n: int, earlier: list[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    lengths = np.clip(rng.normal(25, 8, n).astype(int), 3, 80)
    drawn = words[rng.choice(len(words), size=lengths.sum(), p=weights)].tolist()
    labels = rng.choice(len(LABELS), size=n, p=SHARES)
    chance = rng.random(n)
    at = 0
    for i in range(n):
        text, label = " ".join(drawn[at : at + lengths[i]]), LABELS[labels[i]]
        at += lengths[i]
        if chance[i] < 0.03 and earlier:
            text, former = earlier[int(rng.integers(len(earlier)))]
            label = former if rng.random() < 0.9 else label
        elif chance[i] < 0.031:
            text = f"{text.capitalize()}. Café naïve “quoted” — \U0001f600"
        if len(earlier) < 20_000:
            earlier.append((text, label))
        yield text, label


if __name__ == "__main__":
    main()

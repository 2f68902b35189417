"""Wrong labels planted in real files: datakit's two cuts and cleanlab's, given the same probabilities.

    python benchmarks/label_errors.py --peer-python PATH [--data FOLDER] [--sets NAME ...] [--seeds N]
    python benchmarks/label_errors.py --show 20 [--data FOLDER] [--sets NAME ...]

Labels of each file (gzipped JSON Lines, from `--data` or DATAKIT_DATA) are flipped, once a seed: 2, 5 and 10% of
them to any other label, and 5% to a label that the class is confused with (by the mean out-of-fold probabilities
of the file as it is). `flagged` and `rate` are percent of the rows, `rate` is each tool's own estimate of the
wrong labels. Flaws that the file had already count as false alarms. The oracle cuts the same ranking (by the
probability of the given label) where F1 is greatest. CPU seconds (user and system) are those of one call, without
imports.

`--show` prints the rows of the unflipped file whose label is least probable, for a reader to judge.
"""

import argparse
import gzip
import json
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datakit.validation.label_errors import Probabilities, out_of_fold, suspects

FILES = {
    "trec6": "trec6.train.jsonl.gz",
    "sms_spam": "sms_spam.all.jsonl.gz",
    "banking77": "banking77.train.jsonl.gz",
    "hate_offensive": "hate_offensive.all.jsonl.gz",
    "sst2": "sst2.train.jsonl.gz",
    "waimai10k": "waimai10k.all.jsonl.gz",
    "germeval2018": "germeval2018.train.jsonl.gz",
    "imdb_3k": "imdb_3k.train.jsonl.gz",
}
NOISE = ("0", "2", "5", "10", "5 confusable")
PEER = """
import sys, pathlib, numpy as np
from cleanlab.count import estimate_joint
from cleanlab.filter import find_label_issues
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.npz")):
    case = np.load(path)
    labels, answers = case["labels"], case["answers"]
    flags = {c: find_label_issues(labels, answers, filter_by=c, n_jobs=1) for c in ("prune_by_noise_rate", "both")}
    joint = estimate_joint(labels, answers)
    np.savez(path.with_suffix(".out"), rate=1 - np.trace(joint), **flags)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A file with flipped labels, and what the model makes of it."""

    noise: str
    labels: list[str]
    flipped: np.ndarray  # (n,), which labels were flipped
    probabilities: Probabilities


def cpu_seconds() -> float:
    """Return user and system time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def timed(seconds: list[float], function: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401
    """Call a function and append the CPU seconds that it took."""
    before = cpu_seconds()
    result = function(*args, **options)
    seconds.append(cpu_seconds() - before)
    return result


def flip(given: np.ndarray, noise: str, confusion: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels (as columns of `confusion`) with some of them flipped, and which ones."""
    rng = np.random.default_rng(seed)
    percent, *kind = noise.split()
    flipped = rng.random(len(given)) < float(percent) / 100
    even = 1 - np.eye(len(confusion))
    weights = np.cumsum((confusion if kind else even)[given[flipped]], axis=1)
    draws = rng.random(flipped.sum()) * weights[:, -1]
    changed = given.copy()
    changed[flipped] = (weights > draws[:, None]).argmax(axis=1)
    return changed, flipped


def cases(rows: list[dict[str, str]], seeds: int, seconds: list[float]) -> list[Case]:
    """Return the file under each kind of noise."""
    texts, labels = [row["text"] for row in rows], [row["label"] for row in rows]
    clean = out_of_fold(texts, labels)  # also pays for the imports
    given = np.array([clean.classes.index(label) for label in labels])
    confusion = np.array([np.nanmean(clean.values[given == k], axis=0) for k in range(len(clean.classes))])
    np.fill_diagonal(confusion, 0)
    made = []
    for noise in NOISE:
        for seed in range(1, 2 if noise == "0" else seeds + 1):
            changed, flipped = flip(given, noise, confusion, seed)
            noisy = [clean.classes[k] for k in changed]
            answers = timed(seconds, out_of_fold, texts, noisy)
            made.append(Case(noise=noise, labels=noisy, flipped=flipped, probabilities=answers))
    return made


def columns_of(case: Case) -> np.ndarray:
    """Return each row's given label as a column of the probabilities."""
    places = {label: place for place, label in enumerate(case.probabilities.classes)}
    return np.array([places[label] for label in case.labels])


def figures(flagged: np.ndarray, flipped: np.ndarray, rate: float) -> list[float]:
    """Return flagged %, precision, recall, F1, estimated rate %."""
    hits = (flagged & flipped).sum()
    precision, recall = hits / max(1, flagged.sum()), hits / max(1, flipped.sum())
    f1 = 2 * hits / max(1, flagged.sum() + flipped.sum())
    return [100 * flagged.mean(), precision, recall, f1, 100 * rate]


def ours(case: Case, seconds: list[float]) -> dict[str, list[float]]:
    """Return the figures of datakit's cuts and of the best possible one."""
    result = {}
    for cut in ("auto", "confident-learning"):
        found = timed(seconds, suspects, case.probabilities, case.labels, cut=cut)
        flagged = np.zeros(len(case.labels), bool)
        flagged[found.rows] = True
        result[f"datakit {cut}"] = figures(flagged, case.flipped, found.noise_rate)
    own = case.probabilities.values[np.arange(len(case.labels)), columns_of(case)]
    order = np.argsort(own, kind="stable")  # rows that were not judged are NaN and come last
    f1 = 2 * np.cumsum(case.flipped[order]) / (np.arange(1, len(own) + 1) + case.flipped.sum())
    best = np.zeros(len(own), bool)
    best[order[: f1.argmax() + 1]] = case.flipped.any()
    result["oracle"] = figures(best, case.flipped, case.flipped.mean())
    return result


def peers(batch: list[Case], python: str) -> list[dict[str, list[float]]]:
    """Return the figures of cleanlab's cuts, case by case; it runs in an interpreter of its own."""
    with tempfile.TemporaryDirectory() as folder:
        judged = [np.isfinite(case.probabilities.values.sum(axis=1)) for case in batch]
        for i, (case, rows) in enumerate(zip(batch, judged, strict=True)):
            answers = case.probabilities.values[rows].astype(np.float64)
            np.savez(
                Path(folder) / f"{i:03}.npz",
                labels=columns_of(case)[rows],
                answers=answers / answers.sum(axis=1, keepdims=True),
            )
        subprocess.run([python, "-c", PEER, folder], check=True, stdout=subprocess.DEVNULL)
        results = []
        for i, (case, rows) in enumerate(zip(batch, judged, strict=True)):
            said = np.load(Path(folder) / f"{i:03}.out.npz")
            result = {}
            for cut, title in (("prune_by_noise_rate", "cleanlab default"), ("both", "cleanlab both")):
                flagged = np.zeros(len(rows), bool)
                flagged[rows] = said[cut]
                result[title] = figures(flagged, case.flipped, float(said["rate"]))
            results.append(result)
    return results


def measure(name: str, rows: list[dict[str, str]], seeds: int, peer: str | None) -> dict[str, float]:
    """Print one file's table; return the mean F1 of each method at 5%."""
    fitting: list[float] = []
    cutting: list[float] = []
    batch = cases(rows, seeds, fitting)
    results = [ours(case, cutting) for case in batch]
    if peer:
        results = [own | theirs for own, theirs in zip(results, peers(batch, peer), strict=True)]
    print(f"\n### {name}: {len(rows)} rows, {len(batch[0].probabilities.classes)} classes\n")
    print(f"CPU seconds: out_of_fold {np.mean(fitting):.2f}, suspects {np.mean(cutting):.2f}\n")
    print("| noise % | cut | flagged % | P | R | F1 | rate % |\n|---|---|---|---|---|---|---|")
    at_five = {}
    for noise in NOISE:
        chosen = [result for case, result in zip(batch, results, strict=True) if case.noise == noise]
        for method in chosen[0]:
            mean = np.mean([result[method] for result in chosen], axis=0)
            cells = f"{mean[0]:.2f} | {mean[1]:.3f} | {mean[2]:.3f} | {mean[3]:.3f} | {mean[4]:.2f}"
            print(f"| {noise} | {method} | {cells} |", flush=True)
            if noise == "5":
                at_five[method] = float(mean[3])
    return at_five


def show(name: str, rows: list[dict[str, str]], count: int) -> None:
    """Print the rows whose label is least probable."""
    probabilities = out_of_fold([row["text"] for row in rows], [row["label"] for row in rows])
    flagged = suspects(probabilities, [row["label"] for row in rows])
    print(f"\n### {name}: {len(flagged.rows)} suspects, estimated rate {flagged.noise_rate:.4f}\n")
    columns = [probabilities.classes.index(row["label"]) for row in rows]
    own = probabilities.values[np.arange(len(rows)), columns]
    for i in np.argsort(own, kind="stable")[:count]:
        other = probabilities.classes[int(np.argmax(probabilities.values[i]))]
        print(f"- {own[i]:.4f} {rows[i]['label']} (or {other}): {rows[i]['text'][:160]!r}")


def main() -> None:
    """Measure or show the files that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("DATAKIT_DATA", beside)))
    parser.add_argument("--sets", nargs="+", choices=FILES, default=list(FILES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peer-python", help="an interpreter that has cleanlab; without it datakit runs alone")
    parser.add_argument("--show", type=int, metavar="N")
    options = parser.parse_args()
    at_five = {}
    for name in options.sets:
        with gzip.open(options.data / FILES[name], "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        if options.show:
            show(name, rows, options.show)
        else:
            at_five[name] = measure(name, rows, options.seeds, options.peer_python)
    if at_five:
        methods = list(next(iter(at_five.values())))
        print("\n### F1 at 5% uniform flips\n")
        print(f"| set | {' | '.join(methods)} |\n|---|{'---|' * len(methods)}")
        for name, f1 in at_five.items():
            print(f"| {name} | {' | '.join(f'{f1[method]:.3f}' for method in methods)} |")


if __name__ == "__main__":
    main()

"""Near-duplicates among pseudo-word texts and in real files: datakit, datasketch and rensa side by side.

    python benchmarks/near_duplicates.py [rows] [--tools datakit datasketch rensa] [--peer-python PATH]
    python benchmarks/near_duplicates.py --real [--data FOLDER]

The first form writes a corpus of `rows` texts of about 25 words, nine in ten of them distinct and one an edit of
one of these (one to three words replaced, deleted, inserted, or upper-cased with a comma), and runs each tool in a
process of its own: CPU seconds (user and system) and peak memory (Linux) include the imports and reading the file.
The peers compare word pairs by Jaccard at 0.5 (128 permutations, 32 bands for rensa) and verify each candidate
at 0.4. Precision and recall count the pairs of texts that fall into one cluster. `--peer-python` is an interpreter
that has the peers and numpy; datakit always runs in this one.

The second form replaces one word in 5% of the texts of each real file (gzipped JSON Lines, from `--data` or
DATAKIT_DATA) and prints how many of these copies are found, and what is reported in the file as it is.
"""

import argparse
import gzip
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

SEED = 1
SHARE_OF_EDITS = 0.1
FEWEST_WORDS = 12  # of a text that is edited
FILES = {
    "trec6": ("trec6.train.jsonl.gz", "trec6.test.jsonl"),
    "sms_spam": ("sms_spam.all.jsonl.gz",),
    "banking77": ("banking77.train.jsonl.gz", "banking77.test.jsonl.gz"),
    "sst2": ("sst2.train.jsonl.gz", "sst2.dev.jsonl", "sst2.test.jsonl"),
    "hate_offensive": ("hate_offensive.all.jsonl.gz",),
    "waimai10k": ("waimai10k.all.jsonl.gz",),
}
PEER_VERIFIES_AT = 0.4


def pseudo_texts(rows: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """Yield texts of pseudo-words whose frequencies fall as 1 / rank ** 0.9."""
    syllables = [consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou"]
    words = np.array(sorted({"".join(rng.choice(syllables, rng.integers(1, 5))) for _ in range(40_000)}))
    rng.shuffle(words)
    weights = 1 / np.arange(1, len(words) + 1) ** 0.9
    lengths = np.clip(rng.normal(25, 8, rows).astype(int), 3, 80)
    for block in np.array_split(lengths, rows // 10_000 + 1):
        drawn = rng.choice(words, block.sum(), p=weights / weights.sum()).tolist()
        ends = np.cumsum(block).tolist()
        yield from (drawn[end - length : end] for end, length in zip(ends, block.tolist(), strict=True))


def edited(words: list[str], edits: int, vocabulary: list[str], rng: random.Random) -> list[str]:
    """Return the words after `edits` changes of one word each."""
    words = list(words)
    for _ in range(edits):
        i = rng.randrange(len(words))
        kind = rng.choices(["replace", "delete", "insert", "shout"], [4, 3, 2, 1])[0]
        if kind == "replace":
            words[i] = rng.choice(vocabulary)
        elif kind == "delete":
            del words[i]
        elif kind == "insert":
            words.insert(i, rng.choice(vocabulary))
        else:
            words[i] = words[i].upper() + ","
    return words


def write_corpus(path: Path, rows: int) -> np.ndarray:
    """Write one text a line in random order; return for each line the number of the text that it comes from."""
    rng = random.Random(SEED)
    base = list(
        dict.fromkeys(map(tuple, pseudo_texts(int(rows * (1 - SHARE_OF_EDITS)), np.random.default_rng(SEED))))
    )
    vocabulary = [word for text in base[:2000] for word in text]
    editable = [i for i, text in enumerate(base) if len(text) >= FEWEST_WORDS]
    sources = rng.choices(editable, k=rows - len(base))
    edits = [edited(list(base[i]), rng.randint(1, 3), vocabulary, rng) for i in sources]
    lines = [(" ".join(text), i) for i, text in enumerate(base)]
    lines += [(" ".join(text), i) for text, i in zip(edits, sources, strict=True)]
    rng.shuffle(lines)
    path.write_text("".join(text + "\n" for text, _ in lines), encoding="utf-8")
    return np.array([source for _, source in lines])


def by_datakit(lines: Iterable[str]) -> np.ndarray:
    """Return the near pairs that datakit finds, shape (pairs, 2)."""
    from datakit.core.near import near_pairs
    from datakit.core.text import normalise

    pairs = near_pairs([normalise(line) for line in lines])
    return np.stack([pairs.a, pairs.b], axis=1)


def word_pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring words as the peers get them."""
    words = text.lower().replace(",", "").split()
    return [" ".join(pair) for pair in pairwise(words)] or words


def verified(candidates: set[tuple[int, int]], shingles: list[list[str]]) -> np.ndarray:
    """Return the candidates whose exact Jaccard similarity is high enough."""
    sets = [frozenset(one) for one in shingles]
    near = [
        (a, b)
        for a, b in candidates
        if len(sets[a] & sets[b]) >= PEER_VERIFIES_AT * (len(sets[a]) + len(sets[b]) - len(sets[a] & sets[b]))
    ]
    return np.array(near).reshape(-1, 2)


def by_datasketch(lines: Iterable[str]) -> np.ndarray:
    """Return the near pairs that datasketch finds, verified."""
    from datasketch import MinHash, MinHashLSH

    shingles = [word_pairs(text) for text in lines]
    index = MinHashLSH(threshold=0.5, num_perm=128)
    candidates: set[tuple[int, int]] = set()
    for i, sketch in enumerate(MinHash.bulk([[s.encode() for s in one] for one in shingles], num_perm=128)):
        candidates.update((j, i) for j in index.query(sketch))
        index.insert(i, sketch)
    return verified(candidates, shingles)


def by_rensa(lines: Iterable[str]) -> np.ndarray:
    """Return the near pairs that rensa finds, verified."""
    from rensa import RMinHash, RMinHashLSH

    shingles = [word_pairs(text) for text in lines]
    index = RMinHashLSH(threshold=0.5, num_perm=128, num_bands=32)
    candidates: set[tuple[int, int]] = set()
    for i, one in enumerate(shingles):
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update(one)
        candidates.update((j, i) for j in index.query(sketch))
        index.insert(i, sketch)
    return verified(candidates, shingles)


TOOLS: dict[str, Callable[[Iterable[str]], np.ndarray]] = {
    "datakit": by_datakit,
    "datasketch": by_datasketch,
    "rensa": by_rensa,
}


def run_tool(name: str, corpus: Path) -> None:
    """Find the pairs in this process, save them beside the corpus, print CPU seconds and peak megabytes."""
    with corpus.open(encoding="utf-8") as lines:
        np.save(corpus.with_suffix(".npy"), TOOLS[name](lines))
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Not ru_maxrss: a child's begins at what its parent held.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    print(used.ru_utime + used.ru_stime, int(peak[1]) / 1024 if peak else float("nan"))


def cluster_quality(pairs: np.ndarray, source: np.ndarray) -> tuple[float, float, int]:
    """Return precision and recall of the pairs within clusters, and the size of the largest cluster."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(source)
    links = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, cluster = connected_components(links, directed=False)

    def pairs_within(names: np.ndarray) -> int:
        sizes = np.unique(names, return_counts=True)[1]
        return int((sizes * (sizes - 1) // 2).sum())

    both = pairs_within(cluster.astype(np.int64) * n + source)
    found, true = pairs_within(cluster), pairs_within(source)
    return both / max(found, 1), both / max(true, 1), int(np.bincount(cluster).max())


def compare(rows: int, tools: list[str], peer_python: str) -> None:
    """Print a line a tool."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "texts.txt"
        source = write_corpus(corpus, rows)
        print(f"{rows:,} texts, {corpus.stat().st_size / 1e6:.0f} MB")
        own: tuple[float, float] | None = None
        for name in tools:
            python = sys.executable if name == "datakit" else peer_python
            command = [python, __file__, "--run", name, "--corpus", str(corpus)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds, megabytes = map(float, done.stdout.split()[-2:])
            own = own or (seconds, megabytes)
            precision, recall, largest = cluster_quality(np.load(corpus.with_suffix(".npy")), source)
            print(
                f"{name:<10} {seconds:6.1f} CPU-s {megabytes:6.0f} MB"
                f"   precision {precision:.4f} recall {recall:.4f} largest cluster {largest}"
                f"   {seconds / own[0]:.1f} x the time, {megabytes / own[1]:.1f} x the memory",
                flush=True,
            )


def distinct_texts(paths: list[Path]) -> list[str]:
    """Return the texts of some files, normalised, each once."""
    from datakit.core.text import normalise

    texts: dict[str, None] = {}
    for path in paths:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            texts.update((normalise(json.loads(line)["text"]), None) for line in lines)
    return list(texts)


def one_word_edits(texts: list[str], seed: int) -> tuple[list[str], np.ndarray]:
    """Return copies with one unit replaced and the indices of their originals.

    The unit is a word; two characters where a text has fewer than one space in ten characters.
    """
    rng = random.Random(seed)
    copies: dict[str, int] = {}
    for i in rng.sample(range(len(texts)), len(texts) // 20):
        text = texts[i]
        words = text.split()
        if text.count(" ") * 10 < len(text):
            at = rng.randrange(max(len(text) - 1, 1))
            other = rng.choice(texts)
            copy = text[:at] + other[: min(2, len(text) - at)] + text[at + 2 :]
        elif words:
            words[rng.randrange(len(words))] = rng.choice(["also", "today", "new", "report", "said"])
            copy = " ".join(words)
        else:
            continue
        copies.setdefault(copy, i)
    for text in texts:
        copies.pop(text, None)
    return list(copies), np.array(list(copies.values()))


def measure_real(folder: Path) -> None:
    """Print a line a file and threshold."""
    from datakit.core.near import groups_of, near_pairs

    print(
        "file             texts  threshold  edits found  copies reported | as it is: pairs  texts  largest group"
    )
    for name, files in FILES.items():
        texts = distinct_texts([folder / file for file in files])
        n = len(texts)
        for threshold in (0.6, 0.65, 0.7, 0.75, 0.8):
            found, reported = [], []
            for seed in (1, 2, 3):
                copies, originals = one_word_edits(texts, seed)
                pairs = near_pairs(texts + copies, threshold=threshold)
                found.append(
                    np.isin(originals * 10**9 + n + np.arange(len(copies)), pairs.a * 10**9 + pairs.b).mean()
                )
                reported.append(np.isin(n + np.arange(len(copies)), pairs.b).mean())
            clean = near_pairs(texts, threshold=threshold)
            rows = len(np.union1d(clean.a, clean.b))
            largest = np.bincount(groups_of(n, clean)).max()
            print(
                f"{name:<15} {n:6} {threshold:10} {np.mean(found):12.3f} {np.mean(reported):16.3f} |"
                f" {len(clean):16} {rows:6} {largest:14}",
                flush=True,
            )


def main() -> None:
    """Compare the tools, or measure on real files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=["datakit"])
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--real", action="store_true")
    default = os.environ.get("DATAKIT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--data", type=Path, default=default)
    parser.add_argument("--run", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        run_tool(given.run, given.corpus)
    elif given.real:
        measure_real(Path(given.data))
    else:
        compare(given.rows, given.tools, given.peer_python)


if __name__ == "__main__":
    main()

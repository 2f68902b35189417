"""Which faults in labelled text do datakit and its peers see? README.md tells how it is counted.

python benchmarks/faults_data/run.py --tools datakit great-expectations
python benchmarks/faults_data/run.py --tools cleanlab --peer-python cleanlab=/path/to/venv/bin/python
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache, partial
from hashlib import sha256
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any

from judge import Complaints, Verdict, gathered, judged
from known import REAL_FLAWS, backed
from plant import FAULTS, Clean, Row, clean, planted, serialised

import datakit

HERE = Path(__file__).resolve().parent
CLEAN = "clean"
SETS = ("trec6", "sms_spam", "banking77")
TOOLS = {
    "datakit": "datakit_cli.py",
    "great-expectations": "great_expectations_suite.py",
    "cleanlab": "cleanlab_datalab.py",
    "evidently": "evidently_report.py",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """What stays the same from one run of a tool to the next."""

    sets: Mapping[str, Clean]
    pythons: Mapping[str, str]
    cache: Path
    seed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a tool said about one file."""

    complaints: Complaints
    crash: str | None  #: the last line of what it said on standard error


def read(data: Path, name: str, split: str) -> list[Row] | None:
    """Return the rows of one published file; None where the set has no such split."""
    path = data / f"{name}.{split}.jsonl"
    packed = path.with_name(f"{path.name}.gz")
    if packed.exists():
        return [json.loads(line) for line in gzip.open(packed, "rt", encoding="utf-8")]
    if path.exists():
        return [json.loads(line) for line in path.open(encoding="utf-8")]
    return None


def load(data: Path, name: str, seed: int) -> Clean:
    """Return a set as published, or with a fifth held out where it has no test split."""
    rows = read(data, name, "train") or read(data, name, "all")
    if rows is None:
        raise SystemExit(
            f"{data}: no {name}.train.jsonl or {name}.all.jsonl (also .gz); name the folder by --data"
        )
    return clean(rows, read(data, name, "test"), seed)


def outcome(bench: Bench, tool: str, name: str, fault: str) -> Outcome:
    """Run a tool on one file, or take what it said the last time about the same bytes."""
    base = bench.sets[name]
    files = base if fault == CLEAN else planted(base, fault, bench.seed)
    contents = {"fault": _contents(files), "clean": _contents(base)}
    python = bench.pythons.get(tool, sys.executable)
    key = sha256(repr((contents, python, _source(tool))).encode()).hexdigest()
    kept = bench.cache / f"{name}.{fault}.{tool}.json"
    said = json.loads(kept.read_bytes()) if kept.exists() else {}
    if said.get("key") != key:
        said = {"key": key, **_run(python, HERE / "tools" / TOOLS[tool], contents)}
        kept.write_text(json.dumps(said), encoding="utf-8")
        print(f"{tool}: {name}, {fault}", file=sys.stderr)
    return Outcome(complaints=gathered(said["alarms"]), crash=said["crash"])


def _contents(files: Any) -> dict[str, bytes]:  # noqa: ANN401  (Clean or Planted)
    return {"train.jsonl": serialised(files.train), "test.jsonl": serialised(files.test)}


@cache
def _source(tool: str) -> str:
    """Return a digest of the code that a tool's answer depends on, as far as it is ours."""
    paths = [HERE / "tools" / "common.py", HERE / "tools" / TOOLS[tool]]
    if tool == "datakit":
        package = Path(datakit.__file__).parent
        paths += [*sorted(package.rglob("*.py")), *sorted((package.parent / "expectations").glob("*.json"))]
    return sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _run(python: str, script: Path, contents: Mapping[str, Mapping[str, bytes]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        for side, files in contents.items():
            (Path(folder) / side).mkdir()
            for name, content in files.items():
                (Path(folder) / side / name).write_bytes(content)
        # One thread: several tools run side by side.
        done = subprocess.run(
            [python, script, "fault", "clean"],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        return {
            "alarms": [],
            "crash": (done.stderr.strip().splitlines() or ["nothing on standard error"])[-1][:300],
        }
    return {"alarms": json.loads(done.stdout.splitlines()[-1]), "crash": None}


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The verdict on one tool, about one fault in one set."""

    set: str
    fault: str
    tool: str
    verdict: Verdict
    crash: str | None

    @property
    def mark(self) -> str:
        """One letter for the table."""
        if self.crash:
            return "x"
        if not self.verdict.detected:
            return "-"
        if self.verdict.named is None:
            return "D"
        return "N" if self.verdict.named else "a"


def measured(bench: Bench, task: tuple[str, str, str]) -> Result:
    """Judge one tool, about one fault in one set."""
    tool, name, fault = task
    before, after = outcome(bench, tool, name, CLEAN), outcome(bench, tool, name, fault)
    if before.crash:
        raise SystemExit(f"{tool} fails on the clean {name}, so there is nothing to compare with: {before.crash}")
    lines = planted(bench.sets[name], fault, bench.seed).lines
    named_by = FAULTS[fault].named_by if tool == "datakit" else None
    verdict = judged(after.complaints, before.complaints, lines, named_by)
    return Result(set=name, fault=fault, tool=tool, verdict=verdict, crash=after.crash)


def false_alarms(bench: Bench, tool: str, name: str) -> dict[str, float]:
    """Return what a tool says about a clean file that no flaw known in it explains: kind and size."""
    complaints = outcome(bench, tool, name, CLEAN).complaints
    return {
        f"{kind} ({split})": complaint.size
        for (kind, split), complaint in complaints.items()
        if not backed(kind, complaint, REAL_FLAWS.get(name, ()))
    }


def table(
    results: Sequence[Result], false: Mapping[tuple[str, str], Mapping[str, float]], tools: Sequence[str]
) -> Iterator[str]:
    """Yield the lines of a Markdown table: a fault a line, a tool a column, a letter or figure a set in each.

    Args:
        results: One a tool, set and fault; the sets are shown in the order of their appearance.
        false: False alarms by tool and set.
        tools: The columns.
    """
    sets = list(dict.fromkeys(r.set for r in results))
    by_place = {(r.fault, r.tool, r.set): r for r in results}

    def line(title: str, figure: Callable[[str, str], str]) -> str:
        return f"| {title} | {' | '.join(' '.join(figure(tool, name) for name in sets) for tool in tools)} |"

    def mark(fault: str, tool: str, name: str) -> str:
        return by_place[fault, tool, name].mark

    def over_faults(figure: Callable[[Sequence[Result]], str]) -> Callable[[str, str], str]:
        return lambda tool, name: figure([by_place[fault, tool, name] for fault in FAULTS])

    yield f"| fault ({', '.join(sets)}) | {' | '.join(tools)} |"
    yield "|---" * (len(tools) + 1) + "|"
    for fault in FAULTS:
        yield line(fault, partial(mark, fault))
    yield line(
        f"**detected, of {len(FAULTS)}**", over_faults(lambda own: str(sum(r.verdict.detected for r in own)))
    )
    if "datakit" in tools:
        yield line("**named**", over_faults(lambda own: str(sum(r.mark == "N" for r in own))))
    yield line("**crashed**", over_faults(lambda own: str(sum(r.crash is not None for r in own))))
    yield line("**row recall**", over_faults(_mean_recall))
    yield line("**false alarms**", lambda tool, name: str(len(false[tool, name])))


def _mean_recall(results: Sequence[Result]) -> str:
    recalls = [r.verdict.recall for r in results if r.verdict.recall is not None]
    return f"{mean(recalls):.2f}"


def raw(bench: Bench, results: Sequence[Result], false: Mapping[tuple[str, str], Mapping[str, float]]) -> str:
    """Return all verdicts as JSON, one a line, so that two runs can be compared by eye."""
    rows = {name: [len(files.train), len(files.test)] for name, files in bench.sets.items()}
    alarms = [json.dumps({"tool": tool, "set": name, "alarms": kinds}) for (tool, name), kinds in false.items()]
    verdicts = [
        json.dumps({"tool": r.tool, "set": r.set, "fault": r.fault, **asdict(r.verdict), "crash": r.crash})
        for r in results
    ]
    head = f'{{"seed": {bench.seed}, "rows": {json.dumps(rows)}'
    lists = {"false_alarms": ",\n".join(alarms), "results": ",\n".join(verdicts)}
    return ",\n".join([head, *(f'"{name}": [\n{lines}\n]' for name, lines in lists.items())]) + "}\n"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("DATAKIT_DATA") or HERE.parents[2] / "shared" / "data"
    parser.add_argument(
        "--data", type=Path, default=Path(default), help="folder of the sets (default: $DATAKIT_DATA)"
    )
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=["datakit", "great-expectations"])
    parser.add_argument(
        "--peer-python", nargs="*", default=[], metavar="TOOL=PATH", help="a tool's own interpreter"
    )
    parser.add_argument(
        "--cache", type=Path, default=HERE / ".cache", help="what the tools said, by file and code"
    )
    parser.add_argument("--out", type=Path, help="write the verdicts as JSON")
    parser.add_argument("--list", action="store_true", help="only list the faults")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=13)
    return parser.parse_args()


def described() -> Iterator[str]:
    """Yield the lines of a Markdown table of all faults."""
    yield "| group | fault | what is planted | datakit's names for it |"
    yield "|---|---|---|---|"
    for fault in FAULTS.values():
        yield f"| {fault.group} | {fault.name} | {fault.magnitude} | {', '.join(fault.named_by)} |"


def main() -> None:
    """Run all tools on all files, print the table."""
    given = arguments()
    if given.list:
        print("\n".join(described()))
        return
    given.cache.mkdir(parents=True, exist_ok=True)
    (given.cache / ".gitignore").write_text("*\n", encoding="utf-8")
    bench = Bench(
        sets={name: load(given.data, name, given.seed) for name in given.sets},
        pythons=dict(pair.split("=", 1) for pair in given.peer_python),
        cache=given.cache,
        seed=given.seed,
    )
    tasks = list(product(given.tools, given.sets, FAULTS))
    with ThreadPoolExecutor(given.jobs) as pool:
        results = list(pool.map(partial(measured, bench), tasks))
    false = {(tool, name): false_alarms(bench, tool, name) for tool, name in product(given.tools, given.sets)}
    print("\n".join(table(results, false, given.tools)))
    for (tool, name), alarms in false.items():
        for alarm, size in alarms.items():
            print(f"false alarm: {tool}, {name}: {alarm}, {size:g}")
    if given.out:
        given.out.write_text(raw(bench, results, false), encoding="utf-8")


if __name__ == "__main__":
    main()

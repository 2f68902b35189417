"""Judge recorded trainings by the rules as they are now, and print tables in Markdown.

    python benchmarks/faults_training/score.py LINES... [--sets development|held-out|SET ...] [--each]

Nothing is trained. `--each` prints every training with what was said of it, for whoever mends a rule.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from faults import FAULTS, HEALTHY
from judging import Line, Verdict, first_remedy, history_of, judged, peers_said, steps_planned
from lines import read
from peers import PEERS
from scipy.stats import binomtest
from sets import SETS

from datakit.diagnosis.rules._signs import Signs

MENDED = 0.02  #: of healthy macro-F1
UNLUCKY = 0.05  #: below the best baseline's macro-F1
SIGNS = ("update", "head_update", "drift", "loss", "validation_loss", "information", "accuracy", "train_accuracy")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A recorded training and its verdict."""

    line: Line
    verdict: Verdict
    peers: Mapping[str, tuple[bool, bool]]

    @property
    def kind(self) -> str:
        """`fault`, `decoy`, `healthy`, `unlucky` or `repair`.

        A training without a fault that ends far below a baseline on the test rows is not healthy: to warn of it is
        right, whatever it is called. It is told by the outcome, not by what was said.
        """
        if self.line["remedy"]:
            return "repair"
        if self.line["fault"] in HEALTHY:
            if not SETS[self.line["set"]].even:
                return "few rows"
            return "healthy" if self.reached >= self.plain - UNLUCKY else "unlucky"
        return "decoy" if FAULTS[self.line["fault"]].decoy else "fault"

    @property
    def reached(self) -> float:
        """Macro-F1 on the test split; 0 where there is no model."""
        return float(self.line["metrics"]["model"]["macro_f1"]) if self.line["metrics"] else 0.0

    @property
    def plain(self) -> float:
        """Macro-F1 of the best baseline on the test split."""
        return max((float(one["macro_f1"]) for one in self.line["metrics"]["baselines"].values()), default=0.0)


def share(hits: Sequence[bool]) -> str:
    """Return `hits/n (percent)`."""
    return f"{sum(hits)}/{len(hits)} ({sum(hits) / len(hits):.0%})" if hits else "none"


def bounded(hits: Sequence[bool]) -> str:
    """Return the share with its 95% interval (Clopper and Pearson)."""
    if not hits:
        return "none"
    low, high = binomtest(sum(hits), len(hits)).proportion_ci()
    return f"{share(hits)}, {low:.0%} to {high:.0%}"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def summary(found: Sequence[Judged]) -> str:
    """Return detection, cause and false alarms, by set and in all."""

    def row(name: str, own: Sequence[Judged]) -> list[Any]:
        faults, healthy, unlucky, decoys = (
            [j for j in own if j.kind == kind] for kind in ("fault", "healthy", "unlucky", "decoy")
        )
        return [
            name,
            len(faults),
            share([j.verdict.detected for j in faults]),
            share([j.verdict.first for j in faults]),
            share([j.verdict.among_three for j in faults]),
            share([j.verdict.early for j in faults]),
            share([j.verdict.early_right for j in faults]),
            share([j.verdict.detected for j in healthy]),
            share([j.verdict.detected for j in unlucky]),
            share([j.verdict.detected for j in decoys]),
        ]

    sets = [name for name in SETS if any(j.line["set"] == name for j in found)]
    head = (
        "set",
        "faults",
        "detected",
        "first",
        "top 3",
        "early",
        "early and right",
        "false, healthy",
        "warned of, unlucky",
        "false, decoys",
    )
    rows = [row(name, [j for j in found if j.line["set"] == name]) for name in sets]
    for title, development in (("development", True), ("held out", False)):
        own = [j for j in found if SETS[j.line["set"]].development == development]
        rows += [row(f"**{title}**", own)] if own else []
    return table(head, rows)


def by_fault(found: Sequence[Judged]) -> str:
    """Return one row a fault."""
    grouped: dict[str, list[Judged]] = defaultdict(list)
    for one in found:
        if one.kind == "fault":
            grouped[one.line["fault"]].append(one)
    rows = [
        [
            name,
            len(own),
            f"{fmean(j.reached for j in own):.2f}",
            share([j.verdict.detected for j in own]),
            share([j.verdict.first for j in own]),
            share([j.verdict.among_three for j in own]),
            share([j.verdict.early for j in own]),
            ", ".join(sorted({one.code for j in own for one in j.verdict.said[:1]})) or "nothing",
        ]
        for name, own in sorted(grouped.items(), key=lambda pair: list(FAULTS).index(pair[0]))
    ]
    return table(("fault", "n", "macro-F1", "detected", "first", "top 3", "early", "said first"), rows)


def peers(found: Sequence[Judged]) -> str:
    """Return datakit beside the peers."""
    faults, healthy, unlucky, decoys = (
        [j for j in found if j.kind == kind] for kind in ("fault", "healthy", "unlucky", "decoy")
    )
    rows = [
        [
            "datakit",
            share([j.verdict.detected for j in faults]),
            share([j.verdict.first for j in faults]),
            bounded([j.verdict.detected for j in healthy]),
            bounded([j.verdict.detected for j in (*healthy, *unlucky)]),
            share([j.verdict.detected for j in decoys]),
        ]
    ]
    rows += [
        [
            f"{name}'s rules",
            share([j.peers[name][0] for j in faults]),
            f"{share([j.peers[name][1] for j in faults])} (among all it says)",
            bounded([j.peers[name][0] for j in healthy]),
            bounded([j.peers[name][0] for j in (*healthy, *unlucky)]),
            share([j.peers[name][0] for j in decoys]),
        ]
        for name in PEERS
    ]
    head = ("", "detected", "right cause", "false, healthy (95% interval)", "and unlucky", "false, decoys")
    return table(head, rows)


def repairs(found: Sequence[Judged]) -> str:
    """Return what the first remedy brought; healthy is the mean over the healthy trainings of the set."""
    healthy: dict[str, list[float]] = defaultdict(list)
    for one in found:
        if one.kind == "healthy":
            healthy[one.line["set"]].append(one.reached)
    tried = {(one.line["set"], one.line["fault"], one.line["seed"]): one for one in found if one.kind == "repair"}
    rows, mended = [], []
    for one in found:
        name, fault, seed = key = one.line["set"], one.line["fault"], one.line["seed"]
        if one.kind != "fault" or not FAULTS[fault].repairable or not healthy[name]:
            continue
        after = tried.get(key)
        if after is None and first_remedy(one.line):
            continue  # not trained yet
        goal = fmean(healthy[name])
        reached = after.reached if after else one.reached
        mended.append(reached >= goal - MENDED)
        remedy = after.line["remedy"] if after else {}
        spelt = ", ".join(f"{option}={value}" for option, value in remedy.items()) or "none"
        figures_ = (f"{value:.3f}" for value in (goal, one.reached, reached))
        rows.append([name, fault, seed, *figures_, spelt, "yes" if mended[-1] else "no"])
    head = ("set", "fault", "seed", "healthy", "faulty", "repaired", "first remedy", "within 2 points")
    return f"{table(head, rows)}\nWithin 2 points of healthy: {share(mended)}.\n"


def each(found: Sequence[Judged]) -> str:
    """Return one line a training."""
    lines = []
    for one in found:
        line, verdict = one.line, one.verdict
        marks = "".join(
            letter if hit else "-"
            for letter, hit in zip(
                "D13ER",
                (verdict.detected, verdict.first, verdict.among_three, verdict.early, verdict.early_right),
                strict=True,
            )
        )
        said = ", ".join(f"{s.code}{'' if s.loud else '~'}({s.by[0]})" for s in verdict.said) or "nothing"
        named = f"{line['set']:15}{line['fault']:27}{line['seed']} {one.kind[:6]:7}{one.reached:.3f}"
        lines.append(f"{named} {marks} {said} {figures(line)}")
    return "\n".join(lines)


def figures(line: Line) -> str:
    """Return the signs that most rules look at."""
    signs = Signs.of(history_of(line))
    values = {name: getattr(signs, name) for name in SIGNS}
    return " ".join(f"{name}={value:.3g}" for name, value in values.items() if value is not None)


def bands(found: Sequence[Judged]) -> str:
    """Return the range of the signs in healthy trainings, and in those that differ from them by the rate alone."""
    grouped: dict[str, list[Signs]] = defaultdict(list)
    for one in found:
        if one.kind == "healthy" or (one.kind == "fault" and one.line["fault"].startswith("rate-")):
            grouped[one.line["fault"]].append(Signs.of(history_of(one.line)))
    shown = ("update", "drift", "loss", "information", "train_accuracy")
    rows = [
        [name, len(own), *(_range([getattr(signs, sign) for signs in own]) for sign in shown)]
        for name, own in sorted(grouped.items(), key=lambda pair: float(pair[0].split("-", 1)[1]))
    ]
    return table(("training", "n", *shown), rows)


def _range(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "none"
    low, high = (f"{value:.2g}" for value in (min(known), max(known)))
    return low if low == high else f"{low} to {high}"


def steps(found: Sequence[Judged]) -> str:
    """Return when the alarms while training came."""
    shares = [
        j.verdict.alarm_step / steps_planned(j.line)
        for j in found
        if j.kind == "fault" and j.verdict.alarm_step is not None
    ]
    if not shares:
        return "No alarm was raised.\n"
    faults = sum(j.kind == "fault" for j in found)
    return (
        f"Of {faults} faulty trainings {len(shares)} had an alarm while they ran, or before. The median came "
        f"after {median(shares):.0%} of the steps, the latest after {max(shares):.0%}.\n"
    )


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=Path, nargs="+")
    parser.add_argument("--sets", nargs="*", default=[], help="development, held-out, or names")
    parser.add_argument("--each", action="store_true")
    given = parser.parse_args()
    wanted = {
        name
        for name, one in SETS.items()
        if not given.sets or name in given.sets or ("development" if one.development else "held-out") in given.sets
    }
    everything = [line for file in given.lines for line in read(file) if line["set"] in wanted]
    for encoder in dict.fromkeys(line["encoder"] for line in everything):
        found = [
            Judged(line=line, verdict=judged(line), peers=peers_said(line))
            for line in everything
            if line["encoder"] == encoder
        ]
        print(f"## {encoder}\n")
        if given.each:
            print(each(found))
            continue
        for part in (summary, peers, by_fault, steps, bands, repairs):
            print(part(found))


if __name__ == "__main__":
    main()

"""The part of the report on the rows: where they went, what is wrong with them, what was made of them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

from datakit.core.findings import Severity
from datakit.core.story import Sample, Story
from datakit.core.wording import counted
from datakit.reports import charts
from datakit.reports.page import TEXT, Plot, figures, findings, number, plot, ratio, share, shortened

_ROWS = 50  # of a table of examples
_CONTEXT = 160  # characters of unchanged text between two edits
_PIECES = 60  # of a text and its edits
_COMPARABLE = 10_000  # characters: the time to compare words grows as the square of their number
_ALIKE = 0.5  # of the words of two texts, from which on one is shown as a change of the other
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def sections(story: Story) -> dict[str, Any]:
    """Return what the templates show of the rows; what is not known is empty."""
    return {
        "funnel": _funnel(story),
        "facts": _facts(story),
        "notes": _notes(story),
        "tokens": _tokens(story),
        "findings": [pair for pair in findings(story) if pair[1].severity is not Severity.INFO],
        "remarks": [pair for pair in findings(story) if pair[1].severity is Severity.INFO],
        "suspects": _suspects(story),
        "drifts": list(_drifts(story)),
        "labels": _labels(story),
        "counts": _counts(story),
        "augmentation": _augmentation(story),
        "samples": [(sample, diff(sample)) for sample in _spread(story.samples)],
        "rejected": [(sample, diff(sample)) for sample in story.rejected[:_ROWS]],
    }


def diff(sample: Sample) -> list[tuple[str, str]]:
    """Split a new text into pieces that were kept (``), taken out (`del`) or put in (`ins`).

    Where it is not known what was edited, words are compared; a text with few words of its parent is all new.
    """
    edits = sorted(sample.edits) or list(_compared(sample.parent, sample.text))
    pieces, at = [], 0
    for start, stop, text in edits:
        pieces += [("", shortened(sample.parent[at:start], _CONTEXT))]
        pieces += [("del", shortened(sample.parent[max(at, start) : stop], TEXT)), ("ins", shortened(text, TEXT))]
        at = max(at, stop)
    pieces += [("", shortened(sample.parent[at:], _CONTEXT))]
    shown = [(kind, text) for kind, text in pieces if text]
    return shown if len(shown) <= _PIECES else [*shown[:_PIECES], ("", " …")]


def _compared(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that make one text of another: start and stop in the first, and what stands there now."""
    if max(len(before), len(after)) > _COMPARABLE:
        yield 0, len(before), after
        return
    words, others = _WORD.findall(before), _WORD.findall(after)
    match = SequenceMatcher(None, words, others, autojunk=False)
    if match.ratio() < _ALIKE:
        yield 0, len(before), after
        return
    starts = [0, *accumulate(map(len, words))]
    for kind, first, last, start, stop in match.get_opcodes():
        if kind != "equal":
            yield starts[first], starts[last], "".join(others[start:stop])


def _funnel(story: Story) -> Plot | None:
    profile = figures(story, "validate").get("profile") or {}
    rows: dict[str, int] = {}
    lost: dict[str, int] = {}
    if "rows" in profile:
        # An older run does not tell why.
        reasons = story.quarantine or {"quarantined": profile.get("quarantined", 0)}
        lost = {f"\N{MINUS SIGN} {code}": n for code, n in reasons.items() if n}
        rows |= {"read": profile["rows"] + profile.get("quarantined", 0), **lost, "usable": profile["rows"]}
        copies = round(profile["rows"] * (profile.get("duplicate_share") or 0))
        if copies:
            rows["of these, different texts"] = profile["rows"] - copies
    rows |= figures(story, "split").get("rows") or {}
    before, after = _before_and_after(story)
    if after and after != before:
        rows["train, augmented"] = sum(after.values())
    if not rows:
        return None
    note = "Copies of a text stay in one split; rows that were set aside are in quarantine.jsonl." if lost else ""
    return plot(title="Rows from file to training", svg=charts.funnel(rows, lost=frozenset(lost)), note=note)


def _facts(story: Story) -> list[tuple[str, str]]:
    """Return what the profile says about the usable rows, as name and value."""
    profile = figures(story, "validate").get("profile") or {}
    words = profile.get("words") or {}
    certificate = figures(story, "split")
    shared = sum(sum(counts.values()) for counts in (certificate.get("shared") or {}).values())
    known = {
        "labels": number(profile.get("classes")),
        "largest label": share(profile.get("majority_share")),
        "largest to smallest label": ratio(profile.get("imbalance_ratio")),
        "duplicates": share(profile.get("duplicate_share")),
        "texts with conflicting labels": share(profile.get("conflicting_share")),
        "words a text, median": number(words.get("median")),
        "words a text, 95th percentile": number(words.get("p95")),
        "splits share nothing": ("yes" if certificate["clean"] else f"no, {counted(shared, 'overlap')}")
        if "clean" in certificate
        else "",
    }
    return [(name, value) for name, value in known.items() if value]


def _notes(story: Story) -> list[str]:
    """Return what was noted while reading, whether given as a whole or by split."""
    notes = figures(story, "validate").get("notes") or ()
    if not isinstance(notes, Mapping):
        return list(notes)
    return [f"{split}: {note}" for split, of_split in notes.items() for note in of_split]


def _tokens(story: Story) -> Plot | None:
    tokens = story.tokens
    if tokens is None or not tokens.lengths:
        return None
    texts, longest = sum(tokens.lengths.values()), max(tokens.lengths)
    longer = sum(n for length, n in tokens.lengths.items() if length > tokens.limit)
    beyond = {
        "head": "what is beyond it is not read",
        "head-tail": "of longer ones the middle is not read",
        "chunks": "longer ones are read in pieces",
    }
    told = (
        f"{share(longer / texts)} are longer; {beyond.get(tokens.long_texts, '')}."
        if longer
        else f"None is longer; the longest has {longest:,}."
    )
    note = f"{texts:,} texts of train, special tokens included. The model reads {tokens.limit:,} tokens. {told}"
    return plot(
        title="Tokens and the limit of the model",
        svg=charts.token_lengths(tokens.lengths, tokens.limit),
        note=note,
    )


def _suspects(story: Story) -> list[dict[str, Any]]:
    """Return the rows whose label the others speak against, the most suspect of each split first."""
    rows = []
    for _, finding in findings(story):
        lines = dict(zip(finding.rows, finding.lines, strict=False))
        rows += [
            {**one, "line": lines.get(one["id"]), "split": finding.split}
            for one in finding.evidence.get("suspects") or ()
        ]
    return rows[:_ROWS]


def _drifts(story: Story) -> Iterator[dict[str, Any]]:
    """Yield what has drifted: a sentence, a plot of the labels' shares or none, figures and words then and now."""
    for _, finding in findings(story):
        if finding.code not in {"label-drift", "text-drift"}:
            continue
        against, shares = str(finding.evidence.get("against", "")), finding.evidence.get("shares") or {}
        drawn = charts.moved(shares, before=against, now=finding.split or "now") if shares else ""
        effects = finding.evidence.get("effects") or {}
        yield {
            "said": f"{finding.message}.",
            "plot": plot(title="Shares of labels", svg=drawn, note="The labels that moved furthest.")
            if drawn
            else None,
            "against": against,
            "split": finding.split,
            "figures": [
                (name.replace("_", " "), *both, effects.get(name))
                for name, both in (finding.evidence.get("means") or {}).items()
            ],
            "words": [(word, *both) for word, both in (finding.evidence.get("words") or {}).items()],
        }
    doubted = (story.job or {}).get("contradiction")
    if doubted:
        yield {
            "said": f"The champion contradicts {doubted['contradicted']:,} of {doubted['asked']:,} new labels; "
            f"it was wrong on {doubted['wrong']:,} of its {doubted['tested']:,} test rows.",
            "plot": None,
            "figures": [],
            "words": [],
        }


def _labels(story: Story) -> Plot | None:
    counts, added = _rows_by_label(story)
    if not counts:
        return None
    title = "Rows of train by label" if "split" in story.reports else "Rows by label"
    half = charts.MOST_BARS // 2
    note = f"Shown are the {half} largest and the {half} smallest of {len(counts)} labels."
    return plot(
        title=title,
        svg=charts.label_counts(counts, added),
        note=note if len(counts) > charts.MOST_BARS else "",
    )


def _counts(story: Story) -> list[tuple[str, int, int]]:
    """Return label, rows and new rows, where there are more labels than are drawn."""
    counts, added = _rows_by_label(story)
    ranked = sorted(counts, key=lambda label: (-counts[label], label)) if len(counts) > charts.MOST_BARS else ()
    return [(label, counts[label], added.get(label, 0)) for label in ranked]


def _rows_by_label(story: Story) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return rows of train by label, of the whole file where there is no train yet; and those that were added."""
    before, after = _before_and_after(story)
    if before:
        return before, {label: n - before.get(label, 0) for label, n in after.items()}
    profile = figures(story, "validate").get("profile") or {}
    return (figures(story, "split").get("labels") or {}).get("train") or profile.get("label_counts") or {}, {}


def _before_and_after(story: Story) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return rows of train by label before and after augmentation; empty where there was none."""
    found = figures(story, "augment")
    before, added = found.get("before") or {}, found.get("added") or {}
    return before, found.get("after") or {label: n + added.get(label, 0) for label, n in before.items()}


def _spread(samples: Sequence[Sample]) -> list[Sample]:
    """Return as many samples as a table holds, from as many labels as there are."""
    seen: Counter[str] = Counter()
    turns = []
    for sample in samples:
        seen[sample.label] += 1
        turns.append(seen[sample.label])
    first = sorted(range(len(samples)), key=lambda i: (turns[i], i))[:_ROWS]
    return [samples[i] for i in sorted(first)]


def _augmentation(story: Story) -> list[tuple[str, str]]:
    found = figures(story, "augment")
    new = found.get("new_rows", sum((found.get("added") or {}).values()))
    if not new and not found.get("rejected"):
        return []
    known = {
        "target": str(found.get("target") or ""),
        "rows added": number(new),
        "made by": _numbers_of(found.get("made_by")),
        "language": found.get("language") or "",
        "texts rejected": _numbers_of(found.get("rejected")),
        **{name.replace(".", ", "): str(value) for name, value in (found.get("uses") or {}).items()},
    }
    return [(name, value) for name, value in known.items() if value]


def _numbers_of(counts: Mapping[str, int] | None) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in (counts or {}).items() if n)

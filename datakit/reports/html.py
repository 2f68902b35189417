"""One run as one HTML file: offline, without script, and inert whatever the data set holds."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from datakit.core.findings import Finding, Severity
from datakit.core.story import Sample, Story
from datakit.reports import charts, evaluated, experiments
from datakit.reports.evaluated import LINEAR, NAMES, baselines_of, model_of, several
from datakit.reports.page import (
    Plot,
    capped,
    counted,
    number,
    option,
    plot,
    points,
    ratio,
    score,
    share,
    shortened,
)
from datakit.reports.repaired import as_shown

#: How a run ended that is not done.
_STOPS = {"failed": "Failed", "interrupted": "Interrupted"}

_GRAVITY = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_LINES = 10  # of a finding
_ROWS = 50  # of a table of examples
_CONTEXT = 160  # characters of unchanged text between two edits
_TEXT = 400  # characters of an example


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came out, in words."""

    tone: str  #: `good`, `mixed` or `bad`
    headline: str
    account: Mapping[str, str]  #: what is wrong, what was done, what it brought, as far as there is any


def render(story: Story) -> str:
    """Return the report on a run as one HTML document, the same text for the same story."""
    page = (
        _environment()
        .get_template("report.html")
        .render(
            story=story,
            created=_moment(story.created),
            verdict=verdict(story),
            funnel=_funnel(story),
            facts=_facts(story),
            notes=_notes(story),
            findings=findings(story),
            suspects=_suspects(story),
            labels=_labels(story),
            augmentation=_augmentation(story),
            samples=[(sample, diff(sample)) for sample in _spread(story.samples)],
            curves=_curves(story),
            settings=_settings(story),
            worst_errors=story.worst_errors[:_ROWS],
            repair=as_shown(story.repair) if story.repair else None,
            **evaluated.sections(story),
            **experiments.sections(story),
        )
    )
    return charts.legible(page)


def verdict(story: Story) -> Verdict:
    """Say what is wrong with the data, what was done about it, and what it brought."""
    tone, headline, brought = _what_it_brought(story)
    return Verdict(
        tone=tone,
        headline=headline,
        account={
            name: " ".join(sentences)
            for name, sentences in (
                ("Wrong", list(_what_is_wrong(story))),
                ("Done", list(_what_was_done(story))),
                ("Result", brought),
            )
            if sentences
        },
    )


def findings(story: Story) -> list[tuple[str, Finding]]:
    """Return stage and finding, the gravest first."""
    found = [(stage, finding) for stage, report in story.reports.items() for finding in report.findings]
    return sorted(found, key=lambda pair: _GRAVITY.index(pair[1].severity))


def diff(sample: Sample) -> list[tuple[str, str]]:
    """Split an augmented text into pieces that were kept (``), taken out (`del`) or put in (`ins`)."""
    edits = sorted(sample.edits) or (
        [] if sample.text == sample.parent else [(0, len(sample.parent), sample.text)]
    )
    pieces, at = [], 0
    for start, stop, text in edits:
        pieces += [("", shortened(sample.parent[at:start], _CONTEXT))]
        pieces += [("del", sample.parent[max(at, start) : stop]), ("ins", text)]
        at = max(at, stop)
    pieces += [("", shortened(sample.parent[at:], _CONTEXT))]
    return [(kind, text) for kind, text in pieces if text]


def _what_is_wrong(story: Story) -> Iterator[str]:
    found = [finding for _, finding in findings(story)]
    counts = Counter(finding.severity for finding in found)
    profile = _figures(story, "validate").get("profile") or {}
    if profile.get("quarantined"):
        yield f"{counted(profile['quarantined'], 'unusable row was', 'unusable rows were')} set aside."
    grave = [counted(counts[s], s.value) for s in (Severity.ERROR, Severity.WARNING) if counts[s]]
    if grave:
        gravest = found[0].message.rstrip(".")
        yield f"The data and the run raised {' and '.join(grave)}; the gravest: {shortened(gravest, _TEXT)}."
    elif "validate" in story.reports:
        yield "No errors and no warnings were found."


def _what_was_done(story: Story) -> Iterator[str]:
    figures = _figures(story, "augment")
    if new := figures.get("new_rows"):
        classes = sum(n > 0 for n in figures["added"].values())
        rows = counted(new, "new row was", "new rows were")
        yield f"{rows} written for {counted(classes, 'label')}."
    if story.history and story.history.epochs:
        epochs = counted(len(story.history.epochs), "epoch")
        yield f"{story.model} was fine-tuned for {epochs}, and the model of epoch {story.history.best_epoch} kept."


def _what_it_brought(story: Story) -> tuple[str, str, list[str]]:
    """Return tone, headline and sentences."""
    model = model_of(story)
    if story.outcome != "done":
        how, _, stage = story.outcome.rpartition(": ")
        headline = f"{_STOPS.get(how, 'Stopped')} at {stage}"
        fix = "Fix the errors found, or accept them by their codes." if how in {"", "gate failed"} else ""
        return "bad", headline, [f"The run ended before its last stage was done. {fix}".rstrip()]
    if not model:
        errors = any(finding.severity is Severity.ERROR for _, finding in findings(story))
        headline = f"Done as far as {story.stages[-1].name}" if story.stages else "Done"
        return "mixed" if errors else "good", headline, []
    tone, headline, against = _against_baselines(story)
    reached = f"On {counted(model['rows'], 'held-out row')} the model reaches {_reached(model)}."
    return tone, headline, [reached, *against]


def _against_baselines(story: Story) -> tuple[str, str, list[str]]:
    """Return tone, headline and sentences on how the model stands beside the baselines, by macro-F1."""
    model, baselines = model_of(story), baselines_of(story)
    if not baselines:
        return "mixed", f"Macro-F1 {model['macro_f1']:.3f}, not compared", []
    beside = ", ".join(f"{NAMES.get(name, name)} {b['macro_f1']:.3f}" for name, b in baselines.items())
    said = [f"Macro-F1 of the baselines: {beside}."]
    if LINEAR not in baselines:
        return "mixed", f"Macro-F1 {model['macro_f1']:.3f}", said
    low, high = model["macro_f1_interval"]
    linear = baselines[LINEAR]["macro_f1"]
    if low > linear:
        end = "The whole 95% interval of the model lies above the linear baseline."
        return "good", "Better than the linear baseline", [*said, end]
    if high < linear:
        end = "The whole 95% interval of the model lies below the linear baseline: use that one."
        return "bad", "Worse than the linear baseline", [*said, end]
    end = "The linear baseline lies within the model's 95% interval, so a gain is not shown."
    return "mixed", "Not shown to beat the linear baseline", [*said, end]


def _reached(metrics: Mapping[str, Any]) -> str:
    parts = []
    first = ("micro_f1", "micro-F1") if several(metrics) else ("accuracy", "accuracy")
    for field, name in (first, ("macro_f1", "macro-F1")):
        low, high = metrics[f"{field}_interval"]
        parts.append(f"{name} {metrics[field]:.3f} (95% interval {low:.3f} to {high:.3f})")
    return " and ".join(parts)


def _funnel(story: Story) -> Plot | None:
    profile = _figures(story, "validate").get("profile") or {}
    rows: dict[str, int] = {}
    if "rows" in profile:
        lost = profile.get("quarantined", 0)
        rows |= {"read": profile["rows"] + lost, "quarantined": lost, "usable": profile["rows"]}
    rows |= _figures(story, "split").get("rows") or {}
    before, after = _before_and_after(story)
    if after and after != before:
        rows["train, augmented"] = sum(after.values())
    if not rows:
        return None
    return plot(title="Rows from file to training", svg=charts.funnel(rows, lost=frozenset({"quarantined"})))


def _facts(story: Story) -> list[tuple[str, str]]:
    """Return what the profile says about the usable rows, as name and value."""
    profile = _figures(story, "validate").get("profile") or {}
    words = profile.get("words") or {}
    certificate = _figures(story, "split")
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
    notes = _figures(story, "validate").get("notes") or ()
    if not isinstance(notes, Mapping):
        return list(notes)
    return [f"{split}: {note}" for split, of_split in notes.items() for note in of_split]


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


def _labels(story: Story) -> Plot | None:
    before, after = _before_and_after(story)
    profile = _figures(story, "validate").get("profile") or {}
    counts = before or (_figures(story, "split").get("labels") or {}).get("train") or profile.get("label_counts")
    if not counts:
        return None
    if after and after != before:
        series, title = {"before augmentation": before, "after augmentation": after}, "Rows of train by label"
    else:
        series, title = {"rows": counts}, "Rows by label"
    return plot(title=title, svg=charts.label_counts(series), note=capped(len(counts)))


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
    figures = _figures(story, "augment")
    new = figures.get("new_rows", sum((figures.get("added") or {}).values()))
    known = {
        "target": str(figures.get("target") or ""),
        "rows added": number(new) if figures else "",
        "made by": _numbers_of(figures.get("made_by")),
        "language": figures.get("language") or "",
        "texts rejected": _numbers_of(figures.get("rejected")),
        **{name.replace(".", ", "): str(value) for name, value in (figures.get("uses") or {}).items()},
    }
    return [(name, value) for name, value in known.items() if value]


def _numbers_of(counts: Mapping[str, int] | None) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in (counts or {}).items())


def _curves(story: Story) -> list[Plot]:
    history = story.history
    if history is None or not (history.steps or history.epochs):
        return []
    early = ", training stopped early" if history.stopped_early else ""
    kept = f"Epoch {history.best_epoch} was kept{early}." if history.epochs else "No epoch was finished."
    note = f"Training loss is weighted as in training, validation loss is not. {kept}"
    plots = [plot(title="Loss", svg=charts.losses(history), note=note)]
    if history.epochs:
        note = "On the validation split, which chooses the epoch."
        plots.append(plot(title="Scores", svg=charts.scores(history), note=note))
    return plots


def _settings(story: Story) -> list[tuple[str, str]]:
    """Return with what options was trained, as name and value; and what came of them."""
    settings = dict(story.history.settings) if story.history else {}
    trials = settings.pop("learning_rate_trials", None) or ()
    if "tokens_lost" in settings:
        settings["tokens_lost"] = share(settings["tokens_lost"])
    told = [(name.replace("_", " "), option(value)) for name, value in settings.items()]
    tried = [f"{option(one['rate'])} moves the weights by {option(one['update_ratio'])} a step" for one in trials]
    return told + [("learning rates tried", "; ".join(tried))] * bool(tried)


def _before_and_after(story: Story) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return rows of train by label before and after augmentation; empty where there was none."""
    figures = _figures(story, "augment")
    before, added = figures.get("before") or {}, figures.get("added") or {}
    return before, figures.get("after") or {label: n + added.get(label, 0) for label, n in before.items()}


def _figures(story: Story, stage: str) -> Mapping[str, Any]:
    return story.reports[stage].figures if stage in story.reports else {}


def _moment(created: str) -> str:
    """Return an ISO 8601 moment to the minute, or what was given where it is none."""
    try:
        return f"{datetime.fromisoformat(created):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return created


def _evidence(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the figures behind a finding that fit into a table: single values, and the example."""
    for name, value in finding.evidence.items():
        if name == "example" and isinstance(value, Mapping):
            yield from ((key, shortened(_listed(part), _TEXT)) for key, part in value.items())
        elif name == "example" or not isinstance(value, Mapping | Sequence) or isinstance(value, str):
            yield name.replace("_", " "), shortened(_listed(value), _TEXT)


def _listed(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:,.6g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _first_lines(finding: Finding) -> str:
    more = len(finding.lines) - _LINES
    return ", ".join(map(str, finding.lines[:_LINES])) + (f" and {more:,} more" if more > 0 else "")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("datakit.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "score": score,
        "share": share,
        "points": points,
        "shortened": shortened,
        "evidence": _evidence,
        "first_lines": _first_lines,
    }
    return environment

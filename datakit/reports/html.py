"""One run as one HTML file: offline, without script, and inert whatever the data set holds."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datakit.core.findings import Finding, Severity
from datakit.core.story import Sample, Story
from datakit.reports import charts

LINEAR = "tfidf-logistic-regression"

#: Names of baselines and splits as a reader knows them.
_NAMES = {
    LINEAR: "TF-IDF + logistic regression",
    "frozen-encoder-probe": "frozen encoder + logistic regression",
    "majority": "most frequent label",
}

#: Figure, its name, and the field of its 95% interval where it has one.
_FIGURES = (
    ("accuracy", "accuracy", "accuracy_interval"),
    ("balanced_accuracy", "balanced accuracy", "balanced_accuracy_interval"),
    ("macro_f1", "macro-F1", "macro_f1_interval"),
    ("weighted_f1", "weighted F1", "weighted_f1_interval"),
    ("mcc", "MCC", "mcc_interval"),
    ("roc_auc", "ROC-AUC", "roc_auc_interval"),
    ("pr_auc", "PR-AUC", "pr_auc_interval"),
)

#: How a run ended that is not done.
_STOPS = {"failed": "Failed", "interrupted": "Interrupted"}

_GRAVITY = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_LINES = 10  # of a finding
_ROWS = 50  # of a table of examples
_PAIRS = 12  # of labels that are confused
_CONTEXT = 160  # characters of unchanged text between two edits
_TEXT = 400  # characters of an example


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came out, in words."""

    tone: str  #: `good`, `mixed` or `bad`
    headline: str
    account: Mapping[str, str]  #: what is wrong, what was done, what it brought, as far as there is any


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """A drawing with its title and what a reader has to know to read it."""

    title: str
    svg: Markup
    note: str = ""
    wide: bool = False  #: whether it is illegible on a phone, and has to be scrolled there


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
            labels=_labels(story),
            augmentation=_augmentation(story),
            samples=[(sample, diff(sample)) for sample in _spread(story.samples)],
            curves=_curves(story),
            comparison=_comparison(story),
            classes=_classes(story),
            confusion=_confusion(story),
            pairs=_confused_pairs(story),
            worst_errors=story.worst_errors[:_ROWS],
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
        pieces += [("", _shortened(sample.parent[at:start], _CONTEXT))]
        pieces += [("del", sample.parent[max(at, start) : stop]), ("ins", text)]
        at = max(at, stop)
    pieces += [("", _shortened(sample.parent[at:], _CONTEXT))]
    return [(kind, text) for kind, text in pieces if text]


def _what_is_wrong(story: Story) -> Iterator[str]:
    found = [finding for _, finding in findings(story)]
    counts = Counter(finding.severity for finding in found)
    profile = _figures(story, "validate").get("profile") or {}
    if profile.get("quarantined"):
        yield f"{_counted(profile['quarantined'], 'unusable row was', 'unusable rows were')} set aside."
    grave = [_counted(counts[s], s.value) for s in (Severity.ERROR, Severity.WARNING) if counts[s]]
    if grave:
        gravest = found[0].message.rstrip(".")
        yield f"The data and the run raised {' and '.join(grave)}; the gravest: {_shortened(gravest, _TEXT)}."
    elif "validate" in story.reports:
        yield "No errors and no warnings were found."


def _what_was_done(story: Story) -> Iterator[str]:
    figures = _figures(story, "augment")
    if new := figures.get("new_rows"):
        classes = sum(n > 0 for n in figures["added"].values())
        rows = _counted(new, "new row was", "new rows were")
        yield f"{rows} written for {_counted(classes, 'label')}."
    if story.history and story.history.epochs:
        epochs = _counted(len(story.history.epochs), "epoch")
        yield f"{story.model} was fine-tuned for {epochs}, and the model of epoch {story.history.best_epoch} kept."


def _what_it_brought(story: Story) -> tuple[str, str, list[str]]:
    """Return tone, headline and sentences."""
    model = _model(story)
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
    reached = f"On {_counted(model['rows'], 'held-out row')} the model reaches {_reached(model)}."
    return tone, headline, [reached, *against]


def _against_baselines(story: Story) -> tuple[str, str, list[str]]:
    """Return tone, headline and sentences on how the model stands beside the baselines, by macro-F1."""
    model, baselines = _model(story), _baselines(story)
    if not baselines:
        return "mixed", f"Macro-F1 {model['macro_f1']:.3f}, not compared", []
    beside = ", ".join(f"{_NAMES.get(name, name)} {b['macro_f1']:.3f}" for name, b in baselines.items())
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
    for field, name in (("accuracy", "accuracy"), ("macro_f1", "macro-F1")):
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
    return _plot(title="Rows from file to training", svg=charts.funnel(rows, lost=frozenset({"quarantined"})))


def _facts(story: Story) -> list[tuple[str, str]]:
    """Return what the profile says about the usable rows, as name and value."""
    profile = _figures(story, "validate").get("profile") or {}
    words = profile.get("words") or {}
    certificate = _figures(story, "split")
    shared = sum(sum(counts.values()) for counts in (certificate.get("shared") or {}).values())
    known = {
        "labels": _number(profile.get("classes")),
        "largest label": _share(profile.get("majority_share")),
        "largest to smallest label": _ratio(profile.get("imbalance_ratio")),
        "duplicates": _share(profile.get("duplicate_share")),
        "texts with conflicting labels": _share(profile.get("conflicting_share")),
        "words a text, median": _number(words.get("median")),
        "words a text, 95th percentile": _number(words.get("p95")),
        "splits share nothing": ("yes" if certificate["clean"] else f"no, {_counted(shared, 'overlap')}")
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
    return _plot(title=title, svg=charts.label_counts(series), note=_capped(len(counts)))


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
    rejected = figures.get("rejected") or {}
    known = {
        "target": str(figures.get("target") or ""),
        "rows added": _number(sum((figures.get("added") or {}).values())) if "added" in figures else "",
        "texts rejected": ", ".join(f"{reason} {n:,}" for reason, n in rejected.items()),
    }
    return [(name, value) for name, value in known.items() if value]


def _curves(story: Story) -> list[Plot]:
    history = story.history
    if history is None or not (history.steps or history.epochs):
        return []
    kept = f"Epoch {history.best_epoch} was kept{', training stopped early' if history.stopped_early else ''}."
    note = f"Training loss is weighted as in training, validation loss is not. {kept}"
    plots = [_plot(title="Loss", svg=charts.losses(history), note=note)]
    if history.epochs:
        note = "On the validation split, which chooses the epoch."
        plots.append(_plot(title="Scores", svg=charts.scores(history), note=note))
    return plots


def _comparison(story: Story) -> dict[str, Any]:
    """Return the table of test figures: `systems`, and `rows` of a name and a cell (value, interval, best)."""
    model = _model(story)
    if not model:
        return {}
    systems = {story.model: model} | {_NAMES.get(name, name): b for name, b in _baselines(story).items()}
    rows = []
    for field, name, interval in _FIGURES:
        values = [system.get(field) for system in systems.values()]
        best = max((value for value in values if value is not None), default=None)
        rows.append(
            (
                name,
                [
                    (value, system.get(interval) if interval else None, value is not None and value == best)
                    for value, system in zip(values, systems.values(), strict=True)
                ],
            )
        )
    return {"systems": list(systems), "rows": rows, "n": model["rows"]}


def _classes(story: Story) -> dict[str, Any]:
    """Return the plot of the figures by label, the labels in its order with their figures, whether `few`."""
    per_class = _model(story).get("per_class")
    if not per_class:
        return {}
    note = f"The line on the F1 bar is its 95% interval; n counts test rows.{_capped(len(per_class))}"
    plot = _plot(title="Precision, recall and F1 by label", svg=charts.per_class(per_class), note=note)
    few = len(per_class) <= charts.FEW
    return {
        "plot": plot,
        "few": few,
        "rows": [(label, per_class[label]) for label in charts.by_support(per_class)],
    }


def _confusion(story: Story) -> Plot | None:
    model = _model(story)
    if not model.get("confusion"):
        return None
    note = "Figures are test rows; the deeper the colour, the larger their share of the true label."
    if len(model["labels"]) > charts.MOST_CELLS:
        note += f" Shown are the {charts.MOST_CELLS} of {len(model['labels'])} labels with the most mistakes."
    svg = charts.confusion(model["labels"], model["confusion"])
    return _plot(title="Confusion matrix", svg=svg, note=note, wide=len(model["labels"]) > charts.FEW)


def _confused_pairs(story: Story) -> list[tuple[str, str, int, float]]:
    """Return true label, predicted label, rows, share of the true label: the most frequent mistakes."""
    model = _model(story)
    labels, counts = model.get("labels") or (), model.get("confusion") or ()
    pairs = [
        (labels[i], labels[j], n, n / sum(row))
        for i, row in enumerate(counts)
        for j, n in enumerate(row)
        if n and i != j
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], -pair[3], pair[0], pair[1]))[:_PAIRS]


def _before_and_after(story: Story) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Return rows of train by label before and after augmentation; empty where there was none."""
    figures = _figures(story, "augment")
    before, added = figures.get("before") or {}, figures.get("added") or {}
    return before, figures.get("after") or {label: n + added.get(label, 0) for label, n in before.items()}


def _figures(story: Story, stage: str) -> Mapping[str, Any]:
    return story.reports[stage].figures if stage in story.reports else {}


def _model(story: Story) -> Mapping[str, Any]:
    return (story.metrics or {}).get("model") or {}


def _baselines(story: Story) -> Mapping[str, Mapping[str, Any]]:
    """Return the baselines by name, the hardest to beat first."""
    baselines = (story.metrics or {}).get("baselines") or {}
    return dict(sorted(baselines.items(), key=lambda item: (-item[1]["macro_f1"], item[0])))


def _plot(*, title: str, svg: str, note: str = "", wide: bool = False) -> Plot:
    return Plot(title=title, svg=Markup(svg), note=note, wide=wide)  # noqa: S704  (vl-convert escapes all text)


def _capped(n: int) -> str:
    return f" Shown are the {charts.MOST_BARS} largest of {n} labels." if n > charts.MOST_BARS else ""


def _moment(created: str) -> str:
    """Return an ISO 8601 moment to the minute, or what was given where it is none."""
    try:
        return f"{datetime.fromisoformat(created):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return created


def _counted(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.10g}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f} to 1"


def _score(value: float | None) -> str:
    return "n/a" if value is None else f"{value:z.3f}"


def _shortened(text: str, size: int) -> str:
    """Return a text, its middle left out where it is longer than `size` characters."""
    return text if len(text) <= size else f"{text[: size // 2].rstrip()} … {text[-size // 2 :].lstrip()}"


def _evidence(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the figures behind a finding that fit into a table: single values, and the example."""
    for name, value in finding.evidence.items():
        if name == "example" and isinstance(value, Mapping):
            yield from ((key, _shortened(_listed(part), _TEXT)) for key, part in value.items())
        elif name == "example" or not isinstance(value, Mapping | Sequence) or isinstance(value, str):
            yield name.replace("_", " "), _shortened(_listed(value), _TEXT)


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
        "score": _score,
        "share": _share,
        "shortened": _shortened,
        "evidence": _evidence,
        "first_lines": _first_lines,
    }
    return environment

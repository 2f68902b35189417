"""The part of the report on the test split: figures, labels, slices, confusion, probabilities, thresholds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from datakit.core.story import Story
from datakit.reports import charts
from datakit.reports.page import Plot, plot, score, signed

LINEAR = "tfidf-logistic-regression"

#: Names of baselines as a reader knows them.
NAMES = {
    LINEAR: "TF-IDF + logistic regression",
    "frozen-encoder-probe": "frozen encoder + logistic regression",
    "majority": "most frequent label",
}

#: Figure and its name; the second table holds those of which less is better.
FIGURES = (
    ("accuracy", "accuracy"),
    ("balanced_accuracy", "balanced accuracy"),
    ("macro_f1", "macro-F1"),
    ("micro_f1", "micro-F1"),
    ("weighted_f1", "weighted F1"),
    ("mcc", "MCC"),
    ("roc_auc", "ROC-AUC"),
    ("pr_auc", "PR-AUC"),
)
_ERRORS = (("hamming_loss", "Hamming loss"), ("brier", "Brier score"))

_ERRORS_SHOWN = 50
_PAIRS = 12  # of labels that are confused
_FEWEST = 20  # answers behind a point of the reliability diagram: with fewer, it is up and down by chance


def sections(story: Story) -> dict[str, Any]:
    """Return what the template shows of the evaluation; a section of which nothing is known is empty."""
    return {
        "figures": _figures(story),
        "classes": _classes(story),
        "slices": _slices(story),
        "confusion": _confusion(story),
        "pairs": _confused_pairs(story),
        "precision_recall": _precision_recall(story),
        "calibration": _calibration(story),
        "thresholds": _thresholds(story),
        "worst_errors": story.worst_errors[:_ERRORS_SHOWN],
    }


def model_of(story: Story) -> Mapping[str, Any]:
    """Return the model's figures on the test split; none where it was not evaluated."""
    return (story.metrics or {}).get("model") or {}


def baselines_of(story: Story) -> Mapping[str, Mapping[str, Any]]:
    """Return the figures of the baselines by name, the hardest to beat first."""
    baselines = (story.metrics or {}).get("baselines") or {}
    return dict(sorted(baselines.items(), key=lambda item: (-item[1]["macro_f1"], item[0])))


def several(model: Mapping[str, Any]) -> bool:
    """Tell whether a row may have several labels."""
    return model.get("micro_f1") is not None


def _figures(story: Story) -> dict[str, Any]:
    """Return the table: `systems`, `rows` of a name and a cell a system (value, interval, best), and a `hint`."""
    model = model_of(story)
    if not model:
        return {}
    systems = {story.model: model} | {NAMES.get(name, name): one for name, one in baselines_of(story).items()}
    rows = []
    for fields, best_of in ((FIGURES, max), (_ERRORS, min)):
        for field, name in fields:
            values = [system.get(field) for system in systems.values()]
            known = [value for value in values if value is not None]
            if known:
                best = best_of(known)
                intervals = [system.get(f"{field}_interval") for system in systems.values()]
                cells = [
                    (value, interval, value == best) for value, interval in zip(values, intervals, strict=True)
                ]
                rows.append((name, cells))
    hint = f"On {model['rows']:,} held-out rows; 95% intervals beneath; the best in bold."
    errors = [name for field, name in _ERRORS if model.get(field) is not None]
    if errors:
        hint += f" Of {_listed(errors)} less is better, of the others more."
    if several(model):
        hint += " Accuracy is the share of rows whose labels are all right."
    return {"systems": list(systems), "rows": rows, "hint": hint}


def _classes(story: Story) -> dict[str, Any]:
    """Return the plot of the figures by label, the labels in its order with their figures, whether `few`.

    The best supported stand first; of so many that not all are drawn, the weakest.
    """
    per_class = model_of(story).get("per_class")
    if not per_class:
        return {}
    support = sorted(per_class, key=lambda label: (-per_class[label].get("support", 0), label))
    many = len(per_class) > charts.MOST_LABELS
    ranked = sorted(support, key=lambda label: per_class[label]["f1"]) if many else support
    note = "Each point with its 95% interval; n counts test rows."
    if many:
        note += f" Shown are the {charts.MOST_LABELS} of {len(per_class)} labels with the lowest F1."
    ordered = {label: per_class[label] for label in ranked}
    return {
        "plot": plot(title="Precision, recall and F1 by label", svg=charts.per_class(ordered), note=note),
        "few": len(per_class) <= charts.FEW,
        "rows": list(ordered.items()),
    }


def _slices(story: Story) -> list[Mapping[str, Any]]:
    """Return the parts of the test split; of the labels, which have a section of their own, only weak ones."""
    parts = (story.metrics or {}).get("slices") or ()
    return [part for part in parts if part["by"] != "label" or part["weak"]]


def _confusion(story: Story) -> Plot | None:
    model = model_of(story)
    if not model.get("confusion"):
        return None
    note = "Figures are test rows; the deeper the colour, the larger their share of the true label."
    if len(model["labels"]) > charts.MOST_CELLS:
        note += f" Shown are the {charts.MOST_CELLS} of {len(model['labels'])} labels with the most mistakes."
    svg = charts.confusion(model["labels"], model["confusion"])
    return plot(title="Confusion matrix", svg=svg, note=note, wide=True)


def _confused_pairs(story: Story) -> list[tuple[str, str, int, float]]:
    """Return true label, predicted label, rows, share of the true label: the most frequent mistakes."""
    model = model_of(story)
    labels, counts = model.get("labels") or (), model.get("confusion") or ()
    pairs = [
        (labels[i], labels[j], n, n / sum(row))
        for i, row in enumerate(counts)
        for j, n in enumerate(row)
        if n and i != j
    ]
    return sorted(pairs, key=lambda pair: (-pair[2], -pair[3], pair[0], pair[1]))[:_PAIRS]


def _precision_recall(story: Story) -> Plot | None:
    if not story.precision_recall:
        return None
    per_class = model_of(story).get("per_class") or {}
    areas = {label: of_label.get("pr_auc") or 0.0 for label, of_label in per_class.items()}
    note = "Each label against the rest, on the test split, beside the area under its curve."
    if len(story.precision_recall) > charts.MOST_CURVES:
        note += f" In colour are the {charts.MOST_CURVES} of {len(story.precision_recall)} labels with the least."
    drawn = charts.precision_recall(story.precision_recall, areas)
    return plot(title="Precision and recall at every threshold", svg=drawn, note=note)


def _calibration(story: Story) -> dict[str, Any]:
    """Return the reliability diagram, the figures before and after the temperature, and what they mean."""
    warmth = story.calibration
    if not warmth:
        return {}
    before, after, heat = warmth["before"], warmth["after"], warmth["temperature"]
    divided = f"at temperature {heat:.2f}"
    bins = {"as the model says": "reliability_before", divided: "reliability_after"}
    # An older run has neither.
    series = {name: _pooled(warmth[field]) for name, field in bins.items() if field in warmth}
    note = (
        "On the dashed line probabilities can be taken at their word; below it the model is too sure. "
        f"Each point stands for {_FEWEST} test answers or more."
    )
    return {
        "plot": plot(title="Confidence and right answers", svg=charts.reliability(series), note=note)
        if series
        else None,
        "after": divided,
        "rows": [
            (name, [(one[field], one.get(f"{field}_interval")) for one in (before, after)])
            for field, name in (
                ("ece", "ECE"),
                ("ece_floor", "ECE by chance alone"),
                ("brier", "Brier score"),
                ("log_loss", "log loss (nats)"),
            )
        ],
        "said": list(_calibration_told(warmth)),
    }


def _pooled(bins: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
    """Return the bins, neighbours put together until each holds enough answers; a rest joins the last."""
    pooled: list[dict[str, float]] = []
    for one in bins:
        if not pooled or pooled[-1]["rows"] >= _FEWEST:
            pooled.append(dict(one))
        else:
            pooled[-1] = _together(pooled[-1], one)
    if len(pooled) > 1 and pooled[-1]["rows"] < _FEWEST:
        pooled[-2:] = [_together(*pooled[-2:])]
    return pooled


def _together(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    rows = one["rows"] + other["rows"]
    means = {
        name: (one[name] * one["rows"] + other[name] * other["rows"]) / rows for name in ("confidence", "right")
    }
    return {**means, "rows": rows}


def _calibration_told(warmth: Mapping[str, Any]) -> Iterator[str]:
    before, after = warmth["before"], warmth["after"]
    used = after if warmth["applied"] else before
    applied = "was applied to all figures of this report" if warmth["applied"] else "was not applied"
    yield f"The temperature, fitted on {warmth['rows']:,} validation rows, {applied}."
    if used["ece_interval"][0] <= used["ece_floor"]:
        yield "The error is no greater than chance would explain on so many rows."
    elif not warmth["applied"] and after["ece"] < before["ece"]:
        yield "The error is more than chance; evaluate.calibration=temperature lessens it."
    else:
        yield "The error is more than chance: take the probabilities as an order."


def _thresholds(story: Story) -> dict[str, Any]:
    """Return what moving the line between labels is worth, and by how much it was moved for each."""
    tuned = story.thresholds
    if not tuned:
        return {}
    low, high = tuned["gain_interval"]
    verb = "brings" if tuned["applied"] else "would bring"
    worth = f"{signed(tuned['gain'])} macro-F1 (95% interval {signed(low)} to {signed(high)})"
    said = (
        f"Moving the line between labels {verb} {worth} on {tuned['rows']:,} validation rows, each fifth decided "
        f"by a rule tuned on the others: {score(tuned['cross_fitted'])} instead of {score(tuned['plain'])}."
    )
    if tuned["applied"]:
        end = "It is applied to all figures of this report."
    elif low > 0:
        end = "It is not applied; evaluate.thresholds=tuned does so."
    else:
        end = "It is not shown to help, and is not applied."
    return {
        "said": [said, end],
        "meaning": "least probability" if tuned["several"] else "added to the log probability",
        "cuts": list(tuned["values"].items()),
    }


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]

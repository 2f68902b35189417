"""The report on several runs, beside each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from datakit.core.story import Several, Story
from datakit.core.wording import counted
from datakit.reports import charts
from datakit.reports.document import Head, Section, Verdict, document, moment
from datakit.reports.evaluated import model_of
from datakit.reports.experiments import compared
from datakit.reports.page import Plot, figures, findings, flat, number, plot, points, score

_SECTIONS = (
    Section(name="runs", title="Runs"),
    Section(name="options", title="What differs"),
    Section(name="comparison", title="Compared on the same test rows", short="Compared"),
    Section(name="validation", title="Training"),
    Section(name="labels_of_runs", title="F1 by label", short="By label"),
    Section(name="findings_of_runs", title="Findings"),
)


def render(several: Several) -> str:
    """Return the report on several runs as one HTML document, the same text for the same runs."""
    runs = tuple(several.runs.values())
    head = Head(
        brand="datakit comparison",
        title=", ".join(dict.fromkeys(run.source for run in runs)),
        facts={"runs": str(len(runs)), "newest": moment(max(run.created for run in runs))},
        verdict=_verdict(several),
    )
    shown = {
        "names": list(several.runs),
        "figures": [(name, _figures(run)) for name, run in several.runs.items()],
        "options": _differing(several),
        "comparison": compared(several.comparison) if several.comparison else {},
        "curves": _curves(several.runs),
        "labels": _labels(runs),
        "findings": _findings(runs),
    }
    return document(head, _SECTIONS, shown)


def _verdict(several: Several) -> Verdict:
    found = several.comparison
    if found is None:
        why = f"{several.why_not}. What follows stands side by side only."
        return Verdict(tone="mixed", headline="Not compared", account={"Why": why})
    table = found["tables"][0]
    better, worse = (
        [one["arm"] for one in table["differences"] if one["outcome"] == which] for which in ("better", "worse")
    )
    told = [
        f"{one['arm']} {points(one['difference'])} ({points(one['low'])} to {points(one['high'])})"
        for one in table["differences"]
    ]
    result = f"{table['figure']} against {found['baseline']}, in points on {counted(table['rows'], 'test row')}: "
    if better:
        tone, headline = "good", f"Better than {found['baseline']}: {', '.join(better)}"
    elif worse:
        tone, headline = "bad", f"Worse than {found['baseline']}: {', '.join(worse)}"
    else:
        tone, headline = "mixed", "No difference is shown"
    return Verdict(tone=tone, headline=headline, account={"Result": f"{result}{', '.join(told)}."})


def _figures(run: Story) -> dict[str, Any]:
    """Return what a run comes to, as texts; nothing where it did not come so far."""
    model, rows = model_of(run), figures(run, "split").get("rows") or {}
    return {
        "run": run.run,
        "date": moment(run.created),
        "outcome": run.outcome,
        "model": run.model,
        "seed": run.seed,
        "train": number(rows.get("train")),
        "new": number(figures(run, "augment").get("new_rows") or None),
        "test": number(rows.get("test")),
        "macro_f1": (model.get("macro_f1"), model.get("macro_f1_interval")),
        "accuracy": (model.get("accuracy"), model.get("accuracy_interval")),
        "seconds": sum(stage.seconds for stage in run.stages),
    }


def _differing(several: Several) -> list[tuple[str, list[str]]]:
    """Return the options that are not the same in all runs, with the value in each."""
    options = [flat(one) for one in several.options]
    names = dict.fromkeys(name for one in options for name in one)
    rows = [(name, [one.get(name, "") for one in options]) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


def _curves(runs: Mapping[str, Story]) -> list[Plot]:
    trained = {name: run.history.epochs for name, run in runs.items() if run.history and run.history.epochs}
    if not trained:
        return []
    shown = dict(list(trained.items())[: len(charts.COLOURS)])
    note = "On the validation split of each run."
    if len(trained) > len(shown):
        note += f" Shown are the first {len(shown)} runs."
    return [plot(title="Macro-F1 by epoch", svg=charts.epochs_of(shown), note=note)]


def _labels(runs: Sequence[Story]) -> list[tuple[str, list[str]]]:
    """Return each label with its F1 in each run, those that differ most first."""
    by_run = [model_of(run).get("per_class") or {} for run in runs]
    labels = sorted({label for one in by_run for label in one})
    scores: dict[str, list[float | None]] = {
        label: [(one.get(label) or {}).get("f1") for one in by_run] for label in labels
    }

    def spread(label: str) -> float:
        known = [value for value in scores[label] if value is not None]
        return max(known) - min(known)

    return [
        (label, [score(value) for value in scores[label]])
        for label in sorted(labels, key=lambda one: -spread(one))
    ]


def _findings(runs: Sequence[Story]) -> list[tuple[str, list[str]]]:
    """Return each code with its gravest severity in each run and how often it was found; what differs first."""

    def told(run: Story) -> Mapping[str, str]:
        codes: dict[str, list[str]] = {}
        for _, finding in findings(run):
            codes.setdefault(finding.code, []).append(finding.severity.value)
        return {
            code: f"{found[0]} ({len(found)})" if len(found) > 1 else found[0] for code, found in codes.items()
        }

    by_run = [told(run) for run in runs]
    codes = dict.fromkeys(code for one in by_run for code in one)
    rows = [(code, [one.get(code, "") for one in by_run]) for code in codes]
    return sorted(rows, key=lambda row: len(set(row[1])) == 1)

"""What came of a run, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from textwrap import shorten
from typing import Any

from datakit.core.findings import Finding, Severity
from datakit.core.story import Story
from datakit.core.wording import counted
from datakit.reports.document import Verdict
from datakit.reports.evaluated import LINEAR, NAMES, baselines_of, model_of, several
from datakit.reports.page import figures, findings, signed

#: How a run ended that is not done.
_STOPS = {"failed": "Failed", "interrupted": "Interrupted", "timed out": "Timed out"}
_UNENDED = {"running": "Still running", "broken off": "Broken off"}

_TOLD = 2  # findings
_TODO = 3  # things to do
_MESSAGE = 180  # characters of each
_MENDED_BY_NEW_ROWS = frozenset({"class-imbalance"})


def verdict(story: Story) -> Verdict:
    """Say what is wrong with the data, what was done about it, what it brought, and what to do next."""
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
                ("Promotion", [f"{story.job['outcome']}: {story.job['reason']}."] if story.job else []),
            )
            if sentences
        },
        next=tuple(_what_is_next(story, tone)),
    )


def _what_is_wrong(story: Story) -> Iterator[str]:
    found = [finding for _, finding in findings(story)]
    counts = Counter(finding.severity for finding in found)
    profile = figures(story, "validate").get("profile") or {}
    if profile.get("quarantined"):
        yield f"{counted(profile['quarantined'], 'unusable row was', 'unusable rows were')} set aside."
    grave = [counted(counts[s], s.value) for s in (Severity.ERROR, Severity.WARNING) if counts[s]]
    if grave:
        told = [_begun(finding.message.rstrip(".")) for finding in _gravest(story)[:_TOLD]]
        yield f"The data and the run raised {' and '.join(grave)}; the gravest: {'; '.join(told)}."
    elif "validate" in story.reports:
        yield "No errors and no warnings were found."


def _what_was_done(story: Story) -> Iterator[str]:
    found = figures(story, "augment")
    if new := found.get("new_rows"):
        classes = sum(n > 0 for n in found["added"].values())
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
        headline = _UNENDED.get(story.outcome) or f"{_STOPS.get(how, 'Stopped')} at {stage}"
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


def _what_is_next(story: Story, tone: str) -> Iterator[str]:
    """Yield what to do now, the most urgent first."""
    todo = [finding for finding in _gravest(story) if finding.fix and not _mended(story, finding)]
    if story.outcome != "done":
        stop = [finding for finding in todo if finding.severity is Severity.ERROR] or todo
        yield from map(_advice, stop[:_TODO])
        return
    yield from map(_advice, todo[:_TODO])
    tuned = story.thresholds or {}
    if tuned and not tuned["applied"] and tuned["gain_interval"][0] > 0:
        yield f"thresholds: evaluate.thresholds=tuned gains {signed(tuned['gain'])} macro-F1 on validation"
    if not model_of(story):
        yield "go on: datakit finetune"
    elif tone == "good" and not todo:
        yield "use the model: datakit predict, or datakit export to hand it over"


def _advice(finding: Finding) -> str:
    return f"{finding.code}: {_begun(finding.fix)}"


def _begun(text: str) -> str:
    """Return a text, or of a long one the beginning; all of it stands among the findings."""
    return shorten(text, _MESSAGE, placeholder=" …")


def _gravest(story: Story) -> list[Finding]:
    """Return errors, then warnings; the later stages first, in each what most rows have; and no code twice."""
    order = list(story.reports)
    found = [pair for pair in findings(story) if pair[1].severity is not Severity.INFO]
    ranked = sorted(
        found,
        key=lambda pair: (pair[1].severity is Severity.WARNING, -order.index(pair[0]), -len(pair[1].lines)),
    )
    by_code: dict[str, Finding] = {}
    for _, finding in ranked:
        by_code.setdefault(finding.code, finding)
    return list(by_code.values())


def _mended(story: Story, finding: Finding) -> bool:
    """Tell whether the run has done what a finding asks for, or its error was accepted."""
    new = figures(story, "augment").get("new_rows")
    return finding.code in story.accepted or (finding.code in _MENDED_BY_NEW_ROWS and bool(new))

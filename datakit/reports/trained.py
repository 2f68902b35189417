"""The part of the report on the training: its curves, what was diagnosed, with what options."""

from collections.abc import Iterator, Mapping
from typing import Any

from datakit.core.history import History
from datakit.core.story import Story
from datakit.reports import charts
from datakit.reports.charts import Mark
from datakit.reports.evaluated import FIGURES
from datakit.reports.page import Plot, option, plot, share


def sections(story: Story) -> dict[str, Any]:
    """Return what the templates show of the training; what is not known is empty."""
    return {
        "curves": _curves(story),
        "diagnoses": [_told(one) for one in story.diagnoses],
        "settings": _settings(story),
    }


def _curves(story: Story) -> list[Plot]:
    history = story.history
    if history is None or not (history.steps or history.epochs):
        return []
    early = ", training stopped early" if history.stopped_early else ""
    kept = f"Epoch {history.best_epoch} was kept{early}." if history.epochs else "No epoch was finished."
    marks = list(_marks(story, history))
    note = f"Training loss is weighted as in training, validation loss is not. {kept}"
    plots = [plot(title="Loss", svg=charts.losses(history, marks), note=note)]
    if history.epochs:
        note = "On the validation split, which chooses the epoch."
        plots.append(plot(title="Scores", svg=charts.scores(history, marks), note=note))
    return plots


def _marks(story: Story, history: History) -> Iterator[Mark]:
    """Yield the epoch that was kept, and the places at which what was diagnosed shows itself."""
    if best := history.best:
        yield Mark(step=best.step, epoch=best.epoch, name="kept")
    epochs = history.epochs
    codes = {one["finding"]["code"] for one in story.diagnoses if not one.get("foreseen")}
    if history.diverged_at is not None:
        yield Mark(
            step=history.diverged_at, epoch=_epoch_at(history, history.diverged_at), name="diverged", grave=True
        )
    for alarm in history.alarms:
        yield Mark(step=alarm.step, epoch=_epoch_at(history, alarm.step), name=alarm.code, grave=True)
    losses = [(one.validation_loss, one) for one in epochs if one.validation_loss is not None]
    if "overfitting" in codes and losses:
        _, turn = min(losses, key=lambda pair: pair[0])
        yield Mark(step=turn.step, epoch=turn.epoch, name="overfitting from here", grave=True)
    placed = {"overfitting", "diverged", *(alarm.code for alarm in history.alarms)}
    if epochs:  # what is known only of the whole training is marked at its end
        for code in sorted(codes - placed):
            yield Mark(step=epochs[-1].step, epoch=epochs[-1].epoch, name=code, grave=True)


def _epoch_at(history: History, step: int) -> int:
    """Return the first epoch that ends at a step or after it."""
    return next((epoch.epoch for epoch in history.epochs if epoch.step >= step), len(history.epochs))


def _told(diagnosis: Mapping[str, Any]) -> dict[str, Any]:
    """Return code, severity, symptom, cause, confidence and remedy of a diagnosis, as texts."""
    finding, expected = diagnosis["finding"], diagnosis.get("expected")
    facts = {
        "symptom": diagnosis["symptom"],
        "cause": f"{diagnosis['cause']} (confidence {diagnosis['confidence']:.0%})",
        "follows from": diagnosis.get("follows_from") or "",
        "remedy": finding["fix"],
        "would bring": f"{dict(FIGURES)[expected['figure']]} of {expected['at_least']:.3f} or more, as "
        f"{expected['as_has']} has; now {expected['now']:.3f}"
        if expected
        else "",
    }
    return {
        "code": finding["code"],
        "severity": finding["severity"],
        "foreseen": bool(diagnosis.get("foreseen")),
        "said": finding["message"],
        "facts": [(name, value) for name, value in facts.items() if value],
    }


def _settings(story: Story) -> list[tuple[str, str]]:
    """Return with what options was trained, as name and value; and what came of them."""
    settings = dict(story.history.settings) if story.history else {}
    trials = settings.pop("learning_rate_trials", None) or ()
    if "tokens_lost" in settings:
        settings["tokens_lost"] = share(settings["tokens_lost"])
    told = [(name.replace("_", " "), option(value)) for name, value in settings.items()]
    tried = [f"{option(one['rate'])} moves the weights by {option(one['update_ratio'])} a step" for one in trials]
    return told + [("learning rates tried", "; ".join(tried))] * bool(tried)

"""A log of a training that datakit did not run, as a history that rules can judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from typing import Any

from datakit.core.history import TOO_FAR, History, Step
from datakit.diagnosis import Signs
from datakit.io import Source, read
from datakit.io.training_log import TrainingLog

#: |step| / |weights| of an encoder's blocks, in parts of the learning rate that is applied. Measured on MiniLM:
#: AdamW 3.0 to 5.5 at rates from 1e-7 to 5e-3; SGD .0095, with gradients of length 1.
UPDATE_PER_RATE = {"adamw": 4.5, "sgd": 0.01}
_OPTIONS = ("optimizer", "learning_rate", "batch_size", "epochs")


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What is known of a training beside its log; what is None may stand in the log."""

    data: Path | None = None  #: the file that it learnt from
    source: Source  #: how that is read
    labels: int | None = None  #: number of labels, where there is no such file
    optimizer: str | None = None
    learning_rate: float | None = None  #: at its peak
    batch_size: int | None = None  #: rows a step, over all processes and accumulated batches
    epochs: int | None = None


def history_of(training: TrainingLog, told: Told) -> tuple[History, tuple[str, ...]]:
    """Return a log as a history, and what was assumed in it.

    Losses are held against that of a blind answer: the entropy of the labels of `told.data`, or the logarithm of
    the number of labels, which is never below it. How far a step moved the encoder is in no log; where nothing was
    learnt it is estimated from the rate, which tells too high a rate from too low a one.

    Raises:
        InputError: the file of labels cannot be read.
    """
    notes = [*training.notes]
    counts = _counts(told, notes)
    labels = tuple(counts) or tuple(map(str, range(told.labels or 0))) or training.labels
    if counts and training.labels and len(counts) != len(training.labels):
        notes.append(f"the model has {len(training.labels)} labels, the file {len(counts)}")
    settings = _settings(training, told, sum(counts.values()), notes)
    blind = _blind_loss(counts, labels, notes)
    history = History(
        labels=labels,
        train_counts=counts,
        validation_counts={},
        settings=settings,
        steps=tuple(replace(step, relative_loss=_relative(step.loss, blind)) for step in training.steps),
        epochs=tuple(
            replace(epoch, relative_loss=_relative(epoch.validation_loss, blind)) for epoch in training.epochs
        ),
        best_epoch=training.best_epoch,
        stopped_early=settings.get("steps_done", 0) < settings.get("max_steps", 0),
        diverged_at=training.diverged_at,
    )
    return _with_updates(history, notes), tuple(notes)


def _counts(told: Told, notes: list[str]) -> dict[str, int]:
    """Return the rows of each label of the training file; none where there is no such file, or several a row."""
    if told.data is None:
        return {}
    reading = read(told.data, told.source)
    if reading.rejects:
        notes.append(f"{told.data}: {len(reading.rejects):,} rows could not be read and are not counted")
    if reading.corpus.multi_label:
        notes.append(f"{told.data}: with several labels a row, no blind answer's loss is known")
        return {}
    return dict(reading.corpus.label_counts)


def _settings(training: TrainingLog, told: Told, rows: int, notes: list[str]) -> dict[str, Any]:
    """Return what is known of the options; what is told goes before what stands in the log."""
    given = {name: value for name in _OPTIONS if (value := getattr(told, name)) is not None}
    settings = {**training.settings, **given}
    if "optimizer" not in settings and training.of_transformers:
        settings["optimizer"] = "adamw"
        notes.append("the optimizer is taken to be AdamW, transformers' default: else say --optimizer")
    if "optimizer" in settings:  # `adamw_torch_fused`; Adam's steps are as long as AdamW's
        name = settings["optimizer"].lower()
        kinds = {"adamw": "adamw", "adam_": "adamw", "sgd": "sgd"}
        settings["optimizer"] = next((kind for begin, kind in kinds.items() if f"{name}_".startswith(begin)), name)
    rates = _rates(training.steps)
    if rates and "learning_rate" not in settings and not _still_rises(rates):
        settings["learning_rate"] = max(rates)
    steps = settings.get("max_steps")
    if rows and steps and "epochs" in settings and "batch_size" not in settings:
        settings["batch_size"] = max(1, round(rows * settings["epochs"] / steps))
    if settings.get("steps_done", 0) < settings.get("max_steps", 0):
        notes.append(f"training had come to step {settings['steps_done']:,} of {settings['max_steps']:,}")
    return settings


def _rates(steps: Sequence[Step]) -> list[float]:
    return [step.learning_rate for step in steps if step.learning_rate is not None]


def _still_rises(rates: Sequence[float]) -> bool:
    """Tell whether the warm-up is not over, so that the peak is not known."""
    return rates[0] < rates[-1] == max(rates)


def _blind_loss(counts: Mapping[str, int], labels: Sequence[str], notes: list[str]) -> float | None:
    """Return the loss of an answer that does not look at the text, nats; None where it is not known."""
    if sum(counts.values()):
        shares = [n / sum(counts.values()) for n in counts.values()]
        notes.append("losses are taken for unweighted cross-entropy, and held against the labels' entropy")
        return -sum(share * log(share) for share in shares) or None
    if len(labels) > 1:
        notes.append(
            f"losses are taken for unweighted cross-entropy, and held against log({len(labels)}), which is never "
            "below the labels' entropy: for that say --data FILE"
        )
        return log(len(labels))
    notes.append("how high the loss of a blind answer is, is not known: say --data FILE or --labels N")
    return None


def _relative(loss: float | None, blind: float | None) -> float | None:
    return None if loss is None or blind is None else float(f"{loss / blind:.4g}")


def _with_updates(history: History, notes: list[str]) -> History:
    """Return the history, if nothing was learnt with estimates of how far its steps have moved the encoder."""
    factor = UPDATE_PER_RATE.get(history.settings.get("optimizer", ""))
    rates = _rates(history.steps) or [rate for rate in [history.settings.get("learning_rate")] if rate]
    adapters = bool(history.settings.get("lora_rank"))  # they begin at 0, and how far they move tells nothing
    if factor is None or not rates or adapters or not Signs.of(history).learnt_nothing:
        return history
    if history.diverged_at is not None and factor * max(rates) <= TOO_FAR:  # else it explains why
        return history
    if _still_rises(rates) or history.steps[-1].step < history.settings.get("max_steps", 0) / 4:
        notes.append("nothing is learnt yet, but it is too early to say why")
        return history
    return replace(
        history,
        steps=tuple(
            replace(step, body_update=factor * (max(rates) if step.learning_rate is None else step.learning_rate))
            for step in history.steps
        ),
        estimated={"update": "the learning rate"},
    )

"""What rules look at, gathered from a history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, nan
from statistics import fmean
from typing import Any, Self

from datakit.core.history import RIGHT, TOO_FAR, TOO_SHORT, History, Step

#: Nothing is learnt: the training loss is that of an answer without looking (.985 at too high a rate).
NOTHING = 0.9
#: Area under the ROC curve of guessing, and that below which there is nothing worth a training.
GUESSING, WORTH = 0.5, 0.65
#: Area below which answers are the wrong way round: one in forty at .5 has an interval that ends below that.
OPPOSITE = 0.45
#: The answers tell nothing of the labels (0 to .004 in collapsed trainings, .035 with shuffled labels).
BLIND = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """A training in a few numbers; None where it was not recorded, or the training did not get so far."""

    update: float | None  #: largest update ratio of the body; without a warm-up, of the steady steps
    head_update: float | None  #: of the head
    drift: float | None  #: of the body from its initial weights, at the end
    loss: float | None  #: relative, of the last tenth of the records
    validation_loss: float | None  #: relative, of the kept epoch
    information: float | None  #: of the answers on validation, kept epoch
    accuracy: float | None  #: on validation, kept epoch
    train_accuracy: float | None  #: of the last epoch
    # No number where the log of another trainer does not tell.
    chance: float  #: 1 / number of labels
    frequent: float  #: part of the training rows that carry the most frequent label
    rows_per_label: float
    diverged: bool

    @classmethod
    def of(cls, history: History) -> Self:
        """Gather them."""
        steps, best = history.steps, history.best
        rows = list(history.train_counts.values())
        return cls(
            update=_largest(_steady(history), "body_update"),
            head_update=_largest(steps, "head_update"),
            drift=next(iter(_known(steps[::-1], "drift")), None),
            loss=_mean(_known(steps[-max(1, len(steps) // 10) :], "relative_loss")),
            validation_loss=best.relative_loss if best else None,
            information=best.information if best else None,
            accuracy=best.accuracy if best else None,
            train_accuracy=history.epochs[-1].train_accuracy if best else None,
            chance=1 / len(history.labels) if history.labels else nan,
            frequent=max(rows) / sum(rows) if rows else nan,
            rows_per_label=sum(rows) / len(rows) if rows else nan,
            diverged=history.diverged_at is not None,
        )

    @property
    def learnt_nothing(self) -> bool:
        """Whether the training loss stayed where it was, the answers are blind, or it diverged."""
        return self.diverged or (self.loss or 0.0) > NOTHING or self.blind

    @property
    def blind(self) -> bool:
        """Whether the answers on validation are the same for all texts, about."""
        return self.information is not None and self.information < BLIND

    @property
    def moved_well(self) -> bool:
        """Whether the weights moved as far as in trainings that succeed, more or less."""
        return self.update is not None and TOO_SHORT <= self.update <= TOO_FAR

    def evidence(self, *names: str) -> dict[str, Any]:
        """Return some of the signs that are known, for a finding."""
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}


def is_guessing(area: Sequence[float] | None, worth: float = WORTH) -> bool:
    """Tell whether the interval of an area under the ROC curve says that nothing worth a training is there.

    Unlike a macro-F1, .5 is chance whatever the imbalance and the number of labels. Where there is no interval
    nothing is said.
    """
    return area is not None and area[0] <= GUESSING and area[1] <= worth


def areas_of(metrics: Mapping[str, Any], references: Sequence[str]) -> dict[str, Sequence[float] | None] | None:
    """Return the intervals of the areas of reference models on validation; None unless all were asked."""
    asked = metrics.get("reference", {})
    if not all(asked.get(name) for name in references):
        return None
    return {name: asked[name]["roc_auc_interval"] for name in references}


def is_opposite(area: Sequence[float] | None) -> bool:
    """Tell whether the interval of an area under the ROC curve says that answers are wrong more than by chance."""
    return area is not None and area[1] <= OPPOSITE


def known_signals(history: History, metrics: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of what is known of a training; logs of other trainers hold little of it."""
    of_steps = ("relative_loss", "label_entropy", "body_update", "head_update", "drift")
    of_epochs = ("information", "predicted", "recall", "train_accuracy")
    # Known only where each epoch has it, so that epochs can be compared.
    of_all_epochs = {
        "validation_loss": "validation_loss",
        "validation_accuracy": "accuracy",
        "validation_score": "score",
        "validation_relative_loss": "relative_loss",
    }
    known = {
        **{name: value is not None for name, value in history.settings.items()},
        **{name: any(getattr(step, name) is not None for step in history.steps) for name in of_steps},
        **{name: any(getattr(epoch, name) not in (None, {}) for epoch in history.epochs) for name in of_epochs},
        **{
            signal: bool(history.epochs) and all(getattr(epoch, name) is not None for epoch in history.epochs)
            for signal, name in of_all_epochs.items()
        },
        "learning_rates": any(step.learning_rate is not None for step in history.steps),
        "cosine": history.start is not None and history.start.cosine is not None,
        "labels": bool(history.labels),
        "train_counts": bool(history.train_counts),
        **{name: bool(metrics.get(name)) for name in ("baselines", "reference")},
    }
    return frozenset(name for name, is_known in known.items() if is_known)


def mended_rate(history: History, update: float) -> float | str:
    """Return the rate at which the largest update ratio would be right: the one is proportional to the other.

    Where the ratio is only an estimate, by what was measured on another encoder, it is the default of the model's
    size.
    """
    if "update" in history.estimated:
        return "auto"
    return float(f"{min(0.5, history.settings['learning_rate'] * RIGHT / update):.2g}")


def warmed_up(history: History, drift: float) -> dict[str, Any]:
    """Return options for a training whose first steps, without a warm-up, went too far.

    AdamW's first steps have the full rate in each weight, so their length tells of the warm-up, not of the rate.
    The drift tells of both: .02 is that of trainings that succeed.
    """
    return {"warmup": 0.1, "learning_rate": float(f"{history.settings['learning_rate'] * 0.02 / drift:.2g}")}


def without_remedy(settings: Mapping[str, Any]) -> bool:
    """Tell whether nothing but weights by hand is done about rare labels.

    The record of an older run has no loss and no sampling.
    """
    return (
        settings.get("class_weights") not in ("balanced", "effective")
        and settings.get("loss", "cross-entropy") in ("cross-entropy", "focal")
        and settings.get("sampling", "shuffled") == "shuffled"
    )


def rows_a_step(history: History) -> int:
    """Return the rows that each step learns from."""
    settings = history.settings
    return int(settings["batch_size"] * settings.get("accumulation", 1) * settings.get("processes", 1))


def _steady(history: History) -> tuple[Step, ...]:
    """Return the steps without the first tenth of the records where there was no warm-up.

    AdamW's first step then moves each weight by the full rate: its ratio is 15 times the rate, that of later ones
    4 to 9 times (MiniLM), and it says nothing of how far the training goes.
    """
    steps = history.steps
    return steps if history.settings.get("warmup") != 0 else steps[max(1, len(steps) // 10) :] or steps


def _known(steps: tuple[Step, ...], name: str) -> list[float]:
    values = (getattr(step, name) for step in steps)
    return [value for value in values if value is not None and isfinite(value)]


def _largest(steps: tuple[Step, ...], name: str) -> float | None:
    return max(_known(steps, name), default=None)


def _mean(values: list[float]) -> float | None:
    return fmean(values) if values else None

"""How much a row of each label weighs in the loss."""

from collections.abc import Mapping, Sequence

from datakit.core.errors import Problem, UsageError
from datakit.core.names import suggest
from datakit.training.settings import Settings
from datakit.training.task import Task


def class_weights(settings: Settings, task: Task) -> tuple[float, ...] | None:
    """Return one weight a label, (k,), or None where all rows weigh the same.

    Weights by a rule are scaled so that their mean over the rows' labels is 1, as it is without weights: the
    learning rate fits both. Weights by hand are taken as they are.

    Sources: balanced, n / (k * rows of the label): King & Zeng 2001, Logistic regression in rare events data.
    Effective, by the effective number of rows (1 - beta^rows) / (1 - beta): Cui et al. 2019, Class-balanced loss.

    Raises:
        UsageError: weights by hand for labels that do not occur in train, or labels of train without one.
    """
    match settings.class_weights_in_effect:
        case "none":
            return None
        case "balanced":
            return _scaled([1 / count for count in task.counts], task)
        case "effective":
            beta = settings.class_weights_beta
            return _scaled([(1 - beta) / (1 - beta**count) for count in task.counts], task)
        case by_hand:
            _require_labels(by_hand, task)
            return tuple(by_hand[label] for label in task.labels)


def _scaled(weights: Sequence[float], task: Task) -> tuple[float, ...]:
    mean = sum(w * count for w, count in zip(weights, task.counts, strict=True)) / sum(task.counts)
    return tuple(w / mean for w in weights)


def _require_labels(weights: Mapping[str, float], task: Task) -> None:
    where = "finetune.class_weights"
    unknown = [
        Problem(where=where, got=f"no label {label!r} in train", fix=suggest(label, task.labels))
        for label in weights
        if label not in task.labels
    ]
    missing = [
        Problem(where=where, got=f"no weight for the label {label!r}", fix="give every label one; 1 is neutral")
        for label in task.labels
        if label not in weights
    ]
    if unknown or missing:
        raise UsageError(*unknown, *missing)

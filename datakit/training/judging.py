"""How an epoch's predictions on the validation split are judged."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score
from torch.nn import functional
from transformers import EvalPrediction

from datakit.training.documents import pooled
from datakit.training.task import Task


def judged(prediction: EvalPrediction, task: Task, documents: Sequence[int]) -> dict[str, Any]:
    """Return the unweighted loss, accuracy, macro-F1, each label's recall, and how many rows it was given to.

    With several labels a row, one is given where its probability is above a half, and accuracy is the share of
    rows whose labels are all right.

    `relative_loss` is the loss over that of answering every row with the frequencies of the labels here.
    `roc_auc` is the area under the ROC curve, mean over the labels that some rows have and others have not.
    `entropy` is that of the probabilities, mean over rows, nats; with several labels a row over labels too.
    `information` is what the answers tell: (H(mean p) - mean H(p)) / H(frequencies), 0 where all are the same.

    Args:
        prediction: logits and targets of rows.
        task: the labels.
        documents: place of the text that each row is of; a text is judged by the mean of its rows' logits.
    """
    logits = pooled(prediction.predictions, documents)
    targets = prediction.label_ids[np.unique(documents, return_index=True)[1]]
    scores, wanted = torch.from_numpy(logits).float(), torch.from_numpy(targets)
    if task.multi_label:
        truth, given = targets > 0, logits > 0
        loss = functional.binary_cross_entropy_with_logits(scores, wanted)
        of_labels = scores.sigmoid()
        probabilities = _two_sided(of_labels)
        frequencies = _two_sided(wanted.mean(dim=0))
    else:
        classes = np.arange(len(task.labels))
        truth, given = targets[:, None] == classes, logits.argmax(axis=1)[:, None] == classes
        loss = functional.cross_entropy(scores, wanted)
        probabilities = of_labels = scores.softmax(dim=1)
        frequencies = torch.from_numpy(truth.mean(axis=0)).float()
    prior, entropy = _entropy(frequencies), _entropy(probabilities)
    told = _entropy(probabilities.mean(dim=0)) - entropy
    rows, hits = truth.sum(axis=0), (truth & given).sum(axis=0)
    return {
        "loss": loss.item(),
        **({"relative_loss": loss.item() / prior, "information": max(0.0, told / prior)} if prior else {}),
        "entropy": entropy,
        **{f"recall/{task.labels[i]}": float(hits[i] / rows[i]) for i in np.flatnonzero(rows)},
        "accuracy": float((given == truth).all(axis=1).mean()),
        "macro_f1": _macro_f1(truth, given),
        **({"roc_auc": area} if (area := _roc_auc(truth, of_labels.numpy())) is not None else {}),
        **{f"predicted/{label}": int(n) for label, n in zip(task.labels, given.sum(axis=0), strict=True)},
    }


def _two_sided(probabilities: torch.Tensor) -> torch.Tensor:
    """Return the probabilities of yes and no, (..., k, 2), of those of yes."""
    return torch.stack([probabilities, 1 - probabilities], dim=-1)


def _entropy(probabilities: torch.Tensor) -> float:
    """Return the entropy over the last axis, mean over the others, nats."""
    return float(torch.special.entr(probabilities).sum(dim=-1).mean())


def _roc_auc(truth: npt.NDArray[np.bool_], probabilities: npt.NDArray[np.float32]) -> float | None:
    """Return the mean area over the labels, of (rows, k); None where each label has all rows or none."""
    told = truth.any(axis=0) & ~truth.all(axis=0)
    return float(roc_auc_score(truth[:, told], probabilities[:, told], average="macro")) if told.any() else None


def _macro_f1(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> float:
    """Return the mean F1 of the labels, of (rows, k); 0 for one that no row has and none is given."""
    hits, named = (truth & given).sum(axis=0), truth.sum(axis=0) + given.sum(axis=0)
    return float(np.divide(2 * hits, named, out=np.zeros(len(hits)), where=named > 0).mean())

"""How an epoch's predictions on the validation split are judged."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional
from transformers import EvalPrediction

from datakit.training.documents import pooled
from datakit.training.task import Task


def judged(prediction: EvalPrediction, task: Task, documents: Sequence[int]) -> dict[str, Any]:
    """Return the unweighted loss, accuracy, macro-F1 and how many rows each label was given to.

    With several labels a row, one is given where its probability is above a half, and accuracy is the share of
    rows whose labels are all right.

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
    else:
        classes = np.arange(len(task.labels))
        truth, given = targets[:, None] == classes, logits.argmax(axis=1)[:, None] == classes
        loss = functional.cross_entropy(scores, wanted)
    return {
        "loss": loss.item(),
        "accuracy": float((given == truth).all(axis=1).mean()),
        "macro_f1": _macro_f1(truth, given),
        **{f"predicted/{label}": int(n) for label, n in zip(task.labels, given.sum(axis=0), strict=True)},
    }


def _macro_f1(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> float:
    """Return the mean F1 of the labels, of (rows, k); 0 for one that no row has and none is given."""
    hits, named = (truth & given).sum(axis=0), truth.sum(axis=0) + given.sum(axis=0)
    return float(np.divide(2 * hits, named, out=np.zeros(len(hits)), where=named > 0).mean())

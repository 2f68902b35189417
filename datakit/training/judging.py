"""How an epoch's predictions on the validation split are judged."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional
from transformers import EvalPrediction

from datakit.evaluation import macro_f1
from datakit.training.task import Task


def judged(prediction: EvalPrediction, task: Task) -> dict[str, Any]:
    """Return the unweighted loss, accuracy, macro-F1 and how many rows each label was given to.

    With several labels a row, one is given where its probability is above a half, and accuracy is the share of
    rows whose labels are all right.
    """
    logits, truth = prediction.predictions, prediction.label_ids
    if task.multi_label:
        given = logits > 0
        loss = functional.binary_cross_entropy_with_logits(
            torch.from_numpy(logits).float(), torch.from_numpy(truth)
        )
        right = (given == (truth > 0)).all(axis=1)
        score = _macro_f1_of_sets(truth > 0, given)
        counts = given.sum(axis=0)
    else:
        predicted = logits.argmax(axis=1)
        loss = functional.cross_entropy(torch.from_numpy(logits).float(), torch.from_numpy(truth))
        right = predicted == truth
        score = macro_f1(truth, predicted, len(task.labels))
        counts = np.bincount(predicted, minlength=len(task.labels))
    return {
        "loss": loss.item(),
        "accuracy": float(right.mean()),
        "macro_f1": score,
        **{f"predicted/{label}": int(n) for label, n in zip(task.labels, counts, strict=True)},
    }


def _macro_f1_of_sets(truth: Any, given: Any) -> float:  # noqa: ANN401
    hits, named = (truth & given).sum(axis=0), truth.sum(axis=0) + given.sum(axis=0)
    return float(np.divide(2 * hits, named, out=np.zeros(len(hits)), where=named > 0).mean())
